using System.Net;
using System.Security.Claims;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Streams;

/// <summary>One stream that is being forwarded: whose it is, and the way to end it with a word of why.</summary>
public sealed class LiveStream : HttpContent
{
    /// <summary>A viewer that does not take the last word within this time is cut off.</summary>
    private static readonly TimeSpan s_lastWordWithin = TimeSpan.FromSeconds(5);

    private readonly HttpContent _source;
    private readonly HttpContext _http;
    private readonly TimeProvider _timeProvider;
    private readonly Action<LiveStream> _closed;
    private ITimer? _cutOff;
    private EndableStream? _body;

    public LiveStream(HttpContent source, HttpContext http, NamespacedName logView, TimeProvider timeProvider, Action<LiveStream> closed)
    {
        (_source, _http, _timeProvider, _closed) = (source, http, timeProvider, closed);
        (LogView, User, OpenedAt) = (logView, http.User, timeProvider.GetTimestamp());
        MediaType = source.Headers.ContentType?.MediaType ?? "";
    }

    public NamespacedName LogView { get; }

    public ClaimsPrincipal User { get; }

    public string MediaType { get; }

    public long OpenedAt { get; }

    /// <summary>When the viewer's rights were last confirmed; on the monotonic clock.</summary>
    public long ConfirmedAt { get; set; }

    /// <summary>Why the gateway ended the stream; null when it did not.</summary>
    public string? EndedBecause { get; private set; }

    public long BytesSent => _body?.BytesRead ?? 0;

    public CancellationToken Gone => _http.RequestAborted;

    /// <summary>Ends the stream at the next border between two events, with <paramref name="lastWord"/> as its last bytes.</summary>
    public void End(string because, ReadOnlyMemory<byte> lastWord)
    {
        EndedBecause ??= because;
        _body?.End(lastWord);
        _cutOff ??= _timeProvider.CreateTimer(static state => ((LiveStream)state!)._http.Abort(), this, s_lastWordWithin, Timeout.InfiniteTimeSpan);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => Wrap(await _source.ReadAsStreamAsync());

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
        => Wrap(await _source.ReadAsStreamAsync(cancellationToken));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException("a live stream is read, never buffered");

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
            Close();
        }

        base.Dispose(disposing);
    }

    private EndableStream Wrap(Stream source) => _body = new EndableStream(source, MediaType, Close);

    private void Close()
    {
        _cutOff?.Dispose();
        _closed(this);
    }
}
