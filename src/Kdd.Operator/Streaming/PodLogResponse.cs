namespace Kdd.Operator.Streaming;

/// <summary>An answer of <c>pods/log</c>: lines to read, or a failure. Disposing closes the connection's stream.</summary>
internal sealed class PodLogResponse : IDisposable
{
    private readonly HttpResponseMessage? _response;

    public PodLogResponse(HttpResponseMessage response, Stream body)
    {
        _response = response;
        Body = body;
    }

    public PodLogResponse(PodLogFailure failure) => Failure = failure;

    /// <summary>Null when there is a body.</summary>
    public PodLogFailure? Failure { get; }

    public bool IsHttp1 => _response?.Version.Major == 1;

    /// <summary>Empty when the request failed.</summary>
    public Stream Body { get; } = Stream.Null;

    public void Dispose()
    {
        Body.Dispose();
        _response?.Dispose();
    }
}
