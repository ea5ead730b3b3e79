using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Faults;

/// <summary>An open watch or log stream that faults can reach.</summary>
internal sealed class LiveStream(HttpContext http, RequestInfo info, string user, FaultyBody body, CancellationTokenSource end)
{
    public RequestInfo Info { get; } = info;

    public string User { get; } = user;

    public FaultyBody Body { get; } = body;

    /// <summary>The connection breaks: the body has no proper end.</summary>
    public void Abort() => http.Abort();

    /// <summary>The answer ends as if it were complete.</summary>
    public void End()
    {
        try
        {
            end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
