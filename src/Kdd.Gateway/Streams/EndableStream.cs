using Kdd.Api.Wire;

namespace Kdd.Gateway.Streams;

/// <summary>
/// A response body that can be ended from outside with a last word. Bytes pass as they come; only the last two of each
/// read are looked at, to know whether an event is whole: a word put into the middle of one would be read as part of it.
/// </summary>
internal sealed class EndableStream(Stream source, string mediaType, TimeProvider timeProvider, Action closed) : Stream
{
    private readonly Lock _lock = new();

    // Never disposed: it has no timer, and End may come at any time.
    private readonly CancellationTokenSource _end = new();
    private CancellationTokenSource? _either;
    private CancellationToken _eitherFor;
    private readonly int _borderLength = mediaType == StreamMediaTypes.EventStream ? 2 : 1;
    private ReadOnlyMemory<byte> _lastWord;
    private bool _ending;
    private int _newlines = 2;
    private int _closedOnce;

    /// <summary>When the bytes that are being written to the viewer were read; 0 while the next ones are waited for.</summary>
    private long _writingSince;

    public long BytesRead { get; private set; }

    /// <summary>For how long the viewer has not taken what was read for it.</summary>
    public TimeSpan UnreadFor => Volatile.Read(ref _writingSince) is > 0 and long since ? timeProvider.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Safe to call from any thread, and more than once: the first word stands.</summary>
    public void End(ReadOnlyMemory<byte> lastWord)
    {
        lock (_lock)
        {
            if (_ending)
            {
                return;
            }

            (_lastWord, _ending) = (lastWord, true);
            if (!AtBorder)
            {
                return;
            }
        }

        // Nothing of an event is under way: the wait for the next one can be given up.
        _end.Cancel();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _writingSince, 0);
        CancellationToken given;
        lock (_lock)
        {
            if (EndsNow_NeedsLock)
            {
                return TakeLastWord(buffer.Span);
            }

            // An end that comes from here on gives up the read at a border; one that came before waits for the border.
            given = _ending ? cancellationToken : OrEnd(cancellationToken);
        }

        int length;
        try
        {
            length = await source.ReadAsync(buffer, given);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _end.IsCancellationRequested)
        {
            return TakeLastWord(buffer.Span);
        }

        lock (_lock)
        {
            length = _ending ? UpToBorder(buffer.Span[..length]) : length;
            Note(buffer.Span[..length]);
        }

        BytesRead += length;
        Volatile.Write(ref _writingSince, length > 0 ? timeProvider.GetTimestamp() : 0);
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _closedOnce, 1) == 0)
        {
            source.Dispose();
            _either?.Dispose();
            closed();
        }

        base.Dispose(disposing);
    }

    /// <summary>The reader passes one token for the whole of a stream: one link serves all reads.</summary>
    private CancellationToken OrEnd(CancellationToken cancellationToken)
    {
        if (_either is null || _eitherFor != cancellationToken)
        {
            _either?.Dispose();
            (_either, _eitherFor) = (CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _end.Token), cancellationToken);
        }

        return _either.Token;
    }

    private bool AtBorder => _newlines >= _borderLength;

    private bool EndsNow_NeedsLock => _ending && AtBorder;

    private int TakeLastWord(Span<byte> buffer)
    {
        // An empty buffer is YARP's way to wait for data without holding memory; 0 then says that there is some.
        int length = Math.Min(buffer.Length, _lastWord.Length);
        _lastWord.Span[..length].CopyTo(buffer);
        _lastWord = _lastWord[length..];
        return length;
    }

    /// <summary>The bytes of <paramref name="read"/> that finish the event under way.</summary>
    private int UpToBorder(ReadOnlySpan<byte> read)
    {
        int newlines = _newlines;
        for (int i = 0; i < read.Length; i++)
        {
            newlines = read[i] == '\n' ? newlines + 1 : 0;
            if (newlines >= _borderLength)
            {
                return i + 1;
            }
        }

        return read.Length;
    }

    private void Note(ReadOnlySpan<byte> read)
    {
        int trailing = 0;
        while (trailing < read.Length && trailing < 2 && read[^(trailing + 1)] == '\n')
        {
            trailing++;
        }

        _newlines = trailing == read.Length ? Math.Min(2, _newlines + trailing) : trailing;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read a stream asynchronously");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
