namespace Kdd.DevCluster.Faults;

/// <summary>The body of a stream on its way out: bytes can be held, doubled, swapped, preceded by garbage, or cut off after a count.</summary>
internal sealed class FaultyBody(Stream inner, Action abort, TimeProvider timeProvider) : Stream
{
    // Kestrel drops what it has not sent when it aborts: the bytes before the cut are given this long to leave.
    private static readonly TimeSpan SendTime = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] Garbage = [(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'}', (byte)'x', (byte)'\n'];

    private readonly SemaphoreSlim _turn = new(1);
    private long _written;
    private byte[]? _later;

    /// <summary>Bytes after which the connection is aborted.</summary>
    public long CutAfter { get; set; } = long.MaxValue;

    /// <summary>Writes wait for it; null lets them pass.</summary>
    public Func<Task?> Hold { get; set; } = static () => null;

    /// <summary>Whether garbage goes before each write at the moment.</summary>
    public Func<bool> Corrupts { get; set; } = static () => false;

    /// <summary>Whether each write is doubled at the moment.</summary>
    public Func<bool> Doubles { get; set; } = static () => false;

    /// <summary>Whether a write waits for the next one and goes after it.</summary>
    public Func<bool> Reorders { get; set; } = static () => false;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Puts bytes between what the server sends.</summary>
    public async Task InjectAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync(bytes, cancellationToken);
            await inner.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (Hold() is { } hold)
        {
            await hold.WaitAsync(cancellationToken);
        }
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_later is null && Reorders())
            {
                _later = buffer.ToArray();
                return;
            }
            if (Corrupts())
            {
                await inner.WriteAsync(Garbage, cancellationToken);
            }
            if (Doubles())
            {
                await SendAsync(buffer, cancellationToken);
            }
            await SendAsync(buffer, cancellationToken);
            if (_later is { } later)
            {
                _later = null;
                await SendAsync(later, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("responses are written asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("responses are written asynchronously");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _turn.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        long left = CutAfter - _written;
        if (left >= buffer.Length)
        {
            _written += buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }
        await inner.WriteAsync(buffer[..(int)Math.Max(0, left)], cancellationToken);
        await inner.FlushAsync(cancellationToken);
        await Task.Delay(SendTime, timeProvider, cancellationToken);
        abort();
        throw new OperationCanceledException("cut off by a fault");
    }
}
