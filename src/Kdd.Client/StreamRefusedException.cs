using System.Net;

namespace Kdd.Client;

/// <summary>The server refused a stream for a reason that coming again does not change: 400, 401, 403, 404.</summary>
public sealed class StreamRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}
