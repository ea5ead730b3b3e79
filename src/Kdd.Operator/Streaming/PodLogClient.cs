namespace Kdd.Operator.Streaming;

/// <summary>Requests of <c>pods/log</c>. The client library's own cannot carry <c>sinceTime</c>, nor cancel a read.</summary>
/// <param name="http">Base address and credentials of the API server; its Timeout must be infinite, a quiet container may hold back the headers.</param>
public sealed class PodLogClient(HttpClient http)
{
    internal HttpClient Http { get; } = http;
}
