using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Web;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>
/// Answers pods/log as the recorded kubelet does: sinceTime cut to whole seconds and inclusive, tail before since, clean ends,
/// the instance that the container runs and not the one the client means.
/// </summary>
internal sealed class ScriptedKubelet(Simulation simulation) : HttpMessageHandler
{
    public List<ScriptedContainer> Containers { get; } = [];

    /// <summary>Every request, as path and query.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Gives a failure instead of the log; null: no failure.</summary>
    public Func<ScriptedContainer, HttpResponseMessage?> Fault { get; set; } = _ => null;

    /// <summary>What the API server was told of a container by now, where that is not how it is: the kubelet tells of a restart a moment later too.</summary>
    public Func<ScriptedContainer, ContainerRecord?> ToldLate { get; set; } = _ => null;

    /// <summary>Called with each body before it is handed out.</summary>
    public Action<ScriptedLogStream> OnOpen { get; set; } = _ => { };

    public IEnumerable<ScriptedLogStream> OpenFollows => Containers.SelectMany(container => container.Streams).Where(stream => stream.IsFollow);

    public ScriptedContainer Add(string pod, string container = "main")
    {
        var added = new ScriptedContainer(simulation, pod, $"uid-{pod}", container);
        Containers.Add(added);
        return added;
    }

    public static HttpResponseMessage Status(HttpStatusCode code, string reason, string message, TimeSpan? retryAfter = null)
    {
        var response = new HttpResponseMessage(code)
        {
            Content = new StringContent(
                $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{(int)code}}}""",
                Encoding.UTF8, "application/json"),
        };
        response.Headers.RetryAfter = retryAfter is { } delta ? new RetryConditionHeaderValue(delta) : null;
        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Add($"{simulation.Time.Now:HH:mm:ss.fff} {request.RequestUri!.PathAndQuery}");
        System.Collections.Specialized.NameValueCollection query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        if (query["fieldSelector"] is { } selector)
        {
            return Task.FromResult(PodsNamed(selector["metadata.name=".Length..]));
        }

        string pod = request.RequestUri.AbsolutePath.Split('/')[^2];
        ScriptedContainer? container = Containers.LastOrDefault(candidate => candidate.Pod == pod && candidate.Name == query["container"]);
        if (container is null)
        {
            return Task.FromResult(Status(HttpStatusCode.NotFound, "NotFound", $"pods {pod} not found"));
        }

        if (Fault(container) is { } fault)
        {
            return Task.FromResult(fault);
        }

        ScriptedInstance? instance = query["previous"] == "true" ? container.Previous : container.Current;
        if (instance is null)
        {
            return Task.FromResult(Status(HttpStatusCode.BadRequest, "BadRequest", $"previous terminated container {container.Name} in pod {pod} not found"));
        }

        long? since = query["sinceTime"] is { } text && UnixNanoseconds.TryParse(text, out long time) ? UnixNanoseconds.FloorToSecond(time) : null;
        int? tail = query["tailLines"] is { } lines ? int.Parse(lines, CultureInfo.InvariantCulture) : null;
        var body = new ScriptedLogStream(container, instance, simulation.Random, query["follow"] == "true", tail, since);
        if (query["limitBytes"] is { } limit)
        {
            body.CutAfter(long.Parse(limit, CultureInfo.InvariantCulture), Cut.Clean);
        }

        OnOpen(body);
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body, 1) });
    }

    private HttpResponseMessage PodsNamed(string name)
    {
        ScriptedContainer[] containers = [.. Containers.Where(container => container.Pod == name)];
        return containers.Select(Fault).FirstOrDefault(fault => fault is not null)
            ?? new(HttpStatusCode.OK) { Content = new StringContent(PodJson.List(containers, ToldLate), Encoding.UTF8, "application/json") };
    }
}
