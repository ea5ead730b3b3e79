using System.Text;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>How reading one response ended.</summary>
internal enum ReadEnd
{
    /// <summary>As HTTP ends a body. Says nothing about the container: a kubelet that stops ends it so, too.</summary>
    Clean,

    /// <summary>Cut, reset, or cancelled by us.</summary>
    Broken,

    /// <summary>The kubelet wrote an error text.</summary>
    KubeletText,

    /// <summary>The file is not the one read before; nothing of it was delivered.</summary>
    FileChanged,

    /// <summary>Reached the position where another stream takes over.</summary>
    Reached,
}

/// <summary>Reads one response of pods/log: bytes to lines, without those that came before.</summary>
/// <param name="gate">Held while a read is taken, so that who holds it sees the position exactly at what was passed on.</param>
internal sealed class LogReader(LogPosition position, Replay replay, ILogTarget target, TimeProvider timeProvider, Lock gate)
    : IRawLineTarget, IDisposable
{
    private readonly LineSplitter _splitter = new();
    private LineTimestamp _timestamp;
    private LineBatch? _batch;
    private long _arrival;
    private int _unread;
    private long _lastTime;
    private bool _sawTimestamp;
    private ReadEnd? _end;

    /// <summary>The request had a sinceTime: text before the first timestamp is the rest of a line that came before it.</summary>
    public bool IsResume { get; init; }

    /// <summary>True: a changed file is read on, with a gap before its first new line.</summary>
    public bool AcceptFileChange { get; init; }

    /// <summary>Where another stream takes over; null: nowhere.</summary>
    public SeenUpTo? Until { get; init; }

    /// <summary>False: lines are remembered, not delivered.</summary>
    public bool Deliver { get; init; } = true;

    public RotationDetector? Rotation { get; init; }

    /// <summary>The file is the container's current one, whose <see cref="LogPosition.Glimpse"/> counts.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>The response begins with some lines before the file's end, not with its first.</summary>
    public bool IsTail { get; init; }

    /// <summary>Called when what was seen before has come again, if it comes.</summary>
    public Action? OnReplayed { get; set; }

    /// <summary>Why lines are missing, where that is known better than from the file.</summary>
    public string? GapReason { get; init; }

    /// <summary>Lines delivered or remembered that had not been seen before.</summary>
    public long NewLines { get; private set; }

    /// <summary>Time of the first of them, Unix ns; 0 before it.</summary>
    public long FirstTime { get; private set; }

    /// <summary>When the last byte came, Unix ns.</summary>
    public long LastByte => Volatile.Read(ref _arrival);

    /// <summary>What the kubelet wrote instead of lines.</summary>
    public string? Text { get; private set; }

    /// <summary>True when the body ended within a line.</summary>
    public bool HasFragment => !_splitter.Fragment.IsEmpty;

    /// <summary>False: it was cut within the timestamp, so it is no line.</summary>
    public bool FragmentHasTimestamp => _timestamp.TryParse(_splitter.Fragment, out _, out _);

    public ulong FragmentHash => SeenLine.HashOf(_splitter.Fragment);

    /// <exception cref="OperationCanceledException">Cancelled by <paramref name="cancellationToken"/>.</exception>
    public async Task<ReadEnd> ReadAsync(PodLogResponse response, CancellationToken cancellationToken)
    {
        using var body = new LogBody(response.Body, response.IsHttp1);
        TellReplayed();
        try
        {
            while (_end is null)
            {
                ReadOnlyMemory<byte> bytes = await body.ReadAsync(cancellationToken);
                if (bytes.IsEmpty)
                {
                    return End();
                }

                Volatile.Write(ref _arrival, UnixNanoseconds.From(timeProvider.GetUtcNow()));
                Take(bytes.Span);
                TellReplayed();
                await target.RoomAsync(cancellationToken);
            }

            return _end.Value;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            return _end ?? ReadEnd.Broken;
        }
    }

    private void TellReplayed()
    {
        if (OnReplayed is { } told && _end is null && replay.IsComplete)
        {
            OnReplayed = null;
            told();
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            _unread = bytes.Length;
            _splitter.Push(bytes, this);
            Publish();
        }
    }

    /// <summary>The bytes after the last newline are a line after all: its writer ended without one.</summary>
    public void TakeFragment()
    {
        lock (gate)
        {
            byte[] fragment = _splitter.Fragment.ToArray();
            ((IRawLineTarget)this).OnRawLine(fragment, fragment.Length);
            Publish();
        }
    }

    public void Dispose() => _splitter.Dispose();

    void IRawLineTarget.OnRawLine(ReadOnlySpan<byte> line, long fullLength)
    {
        if (_end is not null)
        {
            return;
        }

        LineFlags flags = LineFlags.None;
        if (_timestamp.TryParse(line, out long time, out int start))
        {
            _sawTimestamp = true;
            _lastTime = time;
        }
        else if (KubeletText.IsError(line))
        {
            Text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, 1024)]);
            _end = ReadEnd.KubeletText;
            return;
        }
        else if (!_sawTimestamp && IsResume)
        {
            return;
        }
        else
        {
            flags = LineFlags.Partial;
            time = _sawTimestamp ? _lastTime : position.Point.IsEmpty ? _arrival : position.Point.Time;
        }

        ReadOnlySpan<byte> message = line[start..];
        if (fullLength - start > LineSplitter.MaxMessage)
        {
            message = message[..LineSplitter.MaxMessage];
            flags |= LineFlags.Truncated;
        }

        Take(message, time, flags, fullLength - start);
    }

    private void Take(ReadOnlySpan<byte> message, long time, LineFlags flags, long fullLength)
    {
        ulong hash = SeenLine.HashOf(message);
        bool changed = replay.FileChanged;
        if (!replay.IsNew(time, hash))
        {
            return;
        }

        if (replay.FileChanged && !changed)
        {
            if (!AcceptFileChange || replay.IsStale)
            {
                _end = ReadEnd.FileChanged;
                position.Glimpse ??= replay.IsStale || !IsCurrent ? null : new Glimpse(new SeenLine(time, hash), BeginsFile: !IsTail);
                return;
            }

            Gap(time, certain: false);
            position.Point.Forget();
            position.Glimpse = IsCurrent ? null : position.Glimpse;
        }

        if (Until is not null && !Until.Admits(time, hash))
        {
            _end = Until.IsReached ? ReadEnd.Reached : _end;
            return;
        }

        if (IsCurrent && position is { Glimpse: { } glimpse, Point.IsEmpty: true })
        {
            if (glimpse.Line != new SeenLine(time, hash) && (glimpse.BeginsFile || time > glimpse.Line.Time - ResumePoint.Tolerance))
            {
                Gap(time, certain: false, glimpse.Line.Time);
            }

            position.Glimpse = null;
        }

        if (Rotation is not null && Rotation.Observe(time, message.Length, _arrival))
        {
            Gap(time, certain: false);
        }

        int n = position.Point.Add(time, hash);
        FirstTime = NewLines++ == 0 ? time : FirstTime;
        if (Deliver)
        {
            // What is left of this read tells how large a batch will get.
            _batch ??= new LineBatch(position.Instance, _arrival, Math.Max(message.Length, _unread));
            _batch.Add(message, time, n, flags, fullLength);
            if (_batch.IsFull)
            {
                Publish();
            }
        }
    }

    private void Gap(long time, bool certain, long? from = null)
    {
        Publish();
        target.OnGap(new LogGap(GapReason ?? GapReasons.Rotation, null, from ?? position.Point.Time, time, certain));
    }

    private ReadEnd End()
    {
        // The kubelet's error texts end without a newline.
        if (_end is null && KubeletText.IsError(_splitter.Fragment))
        {
            TakeFragment();
        }

        return _end ?? ReadEnd.Clean;
    }

    private void Publish()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            target.OnBatch(batch);
            batch.Release();
        }
    }
}
