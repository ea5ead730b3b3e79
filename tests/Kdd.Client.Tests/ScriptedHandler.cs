using System.Net;
using System.Text;

namespace Kdd.Client.Tests;

/// <summary>Answers requests in turn with what the test wrote down.</summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly Queue<(HttpStatusCode Status, string Body)> _answers = new();

    /// <summary>The <c>Last-Event-ID</c> of each request; empty where there was none.</summary>
    public List<string> LastEventIds { get; } = [];

    public void Answer(HttpStatusCode status, string body) => _answers.Enqueue((status, body));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        LastEventIds.Add(request.Headers.TryGetValues("Last-Event-ID", out IEnumerable<string>? values) ? values.Single() : "");
        (HttpStatusCode status, string body) = _answers.Dequeue();
        return Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) });
    }
}
