namespace Kdd.Operator.Tests.Simulation;

/// <summary>How a body stops before its time.</summary>
internal enum Cut
{
    /// <summary>As a kubelet that stops: HTTP sees a complete body.</summary>
    Clean,
    Reset,
}

/// <summary>The body of one pods/log answer: the file's lines as the kubelet filters them, in reads of any size.</summary>
internal sealed class ScriptedLogStream : Stream
{
    private readonly ScriptedContainer _container;
    private readonly ScriptedInstance _instance;
    private readonly Random _random;
    private readonly bool _follow;
    private readonly long? _since;
    private readonly int _end;
    private int _line;
    private int _offset;
    private long _budget = long.MaxValue;
    private Cut _cut;
    private TaskCompletionSource? _waiting;

    public ScriptedLogStream(ScriptedContainer container, ScriptedInstance instance, Random random, bool follow, int? tailLines, long? since)
    {
        (_container, _instance, _random, _follow, _since) = (container, instance, random, follow, since);
        _line = Math.Max(instance.FileStart, tailLines is { } tail ? instance.Lines.Count - tail : 0);
        _end = instance.Lines.Count;
        container.Streams.Add(this);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public bool IsFollow => _follow;

    /// <summary>Lines that wait to be read.</summary>
    public int Behind => _instance.Lines.Count - _line;

    /// <summary>Breaks off after so many more bytes.</summary>
    public void CutAfter(long bytes, Cut cut)
    {
        (_budget, _cut) = (bytes, cut);
        Wake();
    }

    /// <summary>The file was rotated under the stream, which never sees these lines.</summary>
    public void SkipTo(int line)
    {
        if (_offset == 0)
        {
            _line = Math.Max(_line, line);
        }
    }

    public void Wake()
    {
        if (_waiting is { } waiting && IsReady)
        {
            _waiting = null;
            Simulation.Outside(() => waiting.TrySetResult());
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!IsReady)
        {
            var waiting = new TaskCompletionSource();
            _waiting = waiting;
            using CancellationTokenRegistration registration = cancellationToken.Register(
                () => Simulation.Outside(() => waiting.TrySetCanceled(cancellationToken)));
            await waiting.Task.ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return buffer.Length == 0 ? 0 : Read(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        if (_budget <= 0)
        {
            return _cut == Cut.Clean ? 0 : throw new IOException("Connection reset by peer");
        }

        // Reads of any size, so that lines are cut at every byte.
        int most = (int)Math.Min(Math.Min(buffer.Length, _budget), _random.Next(4) == 0 ? _random.Next(1, 40) : 4000);
        int read = 0;
        while (read < most && SkipFiltered())
        {
            ReadOnlySpan<byte> rest = _instance.Lines[_line].Bytes.AsSpan(_offset);
            ReadOnlySpan<byte> part = rest[..Math.Min(rest.Length, most - read)];
            part.CopyTo(buffer[read..]);
            read += part.Length;
            _offset += part.Length;
            if (part.Length == rest.Length)
            {
                (_line, _offset) = (_line + 1, 0);
                _instance.WasRead |= _follow;
            }
        }

        _budget -= read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _container.Streams.Remove(this);
        base.Dispose(disposing);
    }

    private bool IsReady => _budget <= 0 || SkipFiltered() || !_follow || _instance.HasEnded;

    private bool SkipFiltered()
    {
        int end = _follow ? _instance.Lines.Count : _end;
        while (_line < end && _offset == 0 && _since is { } since && _instance.Lines[_line].Time < since)
        {
            _line++;
        }

        return _line < end;
    }
}
