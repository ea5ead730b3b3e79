using System.Net;
using System.Security.Claims;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Streams;

/// <summary>One stream that is being forwarded: whose it is, and the way to end it with a word of why.</summary>
public sealed class LiveStream : HttpContent
{
    /// <summary>A viewer that does not take the last word within this time is cut off.</summary>
    private static readonly TimeSpan LastWordWithin = TimeSpan.FromSeconds(5);

    private readonly HttpContent _source;
    private readonly HttpContext _http;
    private readonly TimeProvider _timeProvider;
    private readonly Action<LiveStream> _closed;
    private readonly Lock _lock = new();
    private ITimer? _cutOff;
    private ReadOnlyMemory<byte> _lastWord;
    private bool _over;
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
    public EndCause? EndedBecause { get; private set; }

    /// <summary>For how long the viewer has not taken what was read for it.</summary>
    public TimeSpan UnreadFor => _body?.UnreadFor ?? TimeSpan.Zero;

    public long BytesSent => _body?.BytesRead ?? 0;

    /// <summary>Ends the stream at the next border between two events, with <paramref name="lastWord"/> as its last bytes.</summary>
    /// <returns>False when it was over before.</returns>
    public bool End(EndCause cause, ReadOnlyMemory<byte> lastWord)
    {
        lock (_lock)
        {
            if (_over || EndedBecause is not null)
            {
                return false;
            }

            (EndedBecause, _lastWord) = (cause, lastWord);
            _cutOff = _timeProvider.CreateTimer(static state => ((LiveStream)state!).CutOff(), this, LastWordWithin, Timeout.InfiniteTimeSpan);
        }

        _body?.End(lastWord);
        return true;
    }

    /// <summary>Cuts the connection: no word reaches this viewer.</summary>
    /// <returns>False when it was over before.</returns>
    public bool Cut(EndCause cause)
    {
        lock (_lock)
        {
            if (_over || EndedBecause is not null)
            {
                return false;
            }

            EndedBecause = cause;
        }

        CutOff();
        return true;
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

    private EndableStream Wrap(Stream source)
    {
        var body = new EndableStream(source, MediaType, _timeProvider, Close);
        lock (_lock)
        {
            _body = body;
            if (EndedBecause is null)
            {
                return body;
            }
        }

        body.End(_lastWord);
        return body;
    }

    /// <summary>The viewer does not read. Under the lock, because the server uses the request's object again once it is over.</summary>
    private void CutOff()
    {
        lock (_lock)
        {
            if (!_over)
            {
                _http.Abort();
            }
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            _over = true;
            _cutOff?.Dispose();
        }

        _closed(this);
    }
}
