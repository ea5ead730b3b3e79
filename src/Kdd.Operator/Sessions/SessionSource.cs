using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>A place in a source's queue that is no line.</summary>
internal enum SourceMark
{
    Ended,
}

/// <summary>The backlog of the source's n-th opening is complete; of an earlier one it says nothing.</summary>
internal sealed record CaughtUpMark(int Opening);

/// <summary>One container as a session sees it: takes the stream's lines into the session's inbox.</summary>
internal sealed class SessionSource : ILogSubscriber
{
    private readonly Session _session;
    private readonly AsyncSignal _room = new();
    private long _queued;
    private long _firstTime;
    private long _posted;
    private LogStart _start;
    private long _placed;

    public SessionSource(Session session, FrameSource frames, MergeSource merge, LogStart start)
    {
        _session = session;
        Frames = frames;
        Merge = merge;
        _start = start;
        Start = start;
    }

    public FrameSource Frames { get; }

    public MergeSource Merge { get; }

    /// <summary>Where to begin when it is opened next.</summary>
    public LogStart Start
    {
        get => _start;
        set
        {
            _start = value;
            ReadFrom = value switch
            {
                LogStart.Tail => long.MaxValue,
                LogStart.Resume resume => resume.SinceTime,
                LogStart.Beginning => long.MinValue,
                _ => ReadFrom,
            };
        }
    }

    public LogSubscription? Subscription { get; set; }

    /// <summary>Counts the times it was closed.</summary>
    public int Openings { get; private set; }

    /// <summary>False while the spec leaves it out, though it exists: it keeps its place for when it is taken in again.</summary>
    public bool IsWanted { get; set; } = true;

    public bool IsOpenable => IsWanted && !IsEnded && !IsClosing;

    /// <summary>What its pod's status last said of it.</summary>
    public ContainerRecord? Record { get; private set; }

    /// <summary>Its pod is gone and nothing comes any more: it is removed when what waits has its place.</summary>
    public bool IsClosing { get; set; }

    public SourceState State { get; set; } = SourceState.Waiting;

    public string? Reason { get; set; }

    public string? Message { get; set; }

    /// <summary>Nothing further can come: the pod is gone, or its container ended and was read.</summary>
    public bool IsEnded { get; set; }

    /// <summary>The container has ended for good as far as its pod says, and was read to its end.</summary>
    public bool IsDrained => IsEnded || (State is SourceState.Ended && HasBacklog);

    /// <summary>Its backlog was read since it was opened.</summary>
    public bool HasBacklog { get; private set; }

    /// <summary>When something last came of it, Unix ns.</summary>
    public long LastProgress { get; set; }

    /// <summary>The failure that viewers were told last, and when.</summary>
    public (string? Reason, long Time) Told { get; set; }

    /// <summary>False while the stream is broken: what was written since is not known.</summary>
    public bool IsConnected { get; set; }

    /// <summary>Up to here, in the source's own time, everything written has been passed on, ns.</summary>
    public long DrainedUntil { get; set; }

    /// <summary>Greatest time of a line, Unix ns.</summary>
    public long LastTime { get; private set; }

    /// <summary>Level of the last line that had one; a stack frame takes it.</summary>
    public Kdd.Api.Wire.LineLevel Level { get; set; }

    /// <summary>Counts of this source; see <see cref="SessionLineCounts"/>.</summary>
    public long Kept { get; set; }

    public long Filtered { get; set; }

    public long Lost { get; set; }

    public long Received => Kept + Filtered + Lost;

    /// <summary>Everything written at or after this, Unix ns, was or is being read; MaxValue while that is not known.</summary>
    public long ReadFrom { get; private set; }

    /// <summary>Lines that arrived; those above and what still waits for its place.</summary>
    public long Arrived { get; private set; }

    /// <summary>Read while no step runs. Counted by the loop alone: one counter for both sides was an eighth of a flood's CPU, on its way between cores.</summary>
    public SourceAccount Account => new(Frames.Key, Arrived, Interlocked.Read(ref _posted) - _placed, Kept, Filtered, Lost);

    /// <summary>Takes what its pod's status says of it now.</summary>
    public void Observe(ContainerRecord record)
    {
        ContainerRecord? before = Record;
        Record = record;
        Subscription?.Observe(record);
        if (before?.RestartCount < record.RestartCount && Subscription is { IsBehind: true })
        {
            // It ran for a while before the status told: what was written since the end of the instance before is not read yet.
            DateTimeOffset? ended = before.Phase is ContainerPhase.Terminated ? before.FinishedAt
                : before.RestartCount == record.RestartCount - 1 ? record.LastTerminated?.FinishedAt : null;
            DrainedUntil = Math.Min(DrainedUntil, ended is { } time ? UnixNanoseconds.From(time) : LastTime);
            IsConnected = false;
        }
    }

    /// <summary>Its backlog is complete, up to a time of its node.</summary>
    public void CatchUp(long now)
    {
        HasBacklog = true;
        DrainedUntil = Math.Max(DrainedUntil, now);
        if (_start is LogStart.Tail tail)
        {
            // A file that a tail does not cut may have been rotated: what it holds says how far it reaches back. An empty one
            // reaches back to where its instance began; before that there is another file, if it was restarted.
            bool isCut = tail.Lines is { } lines && Arrived >= lines;
            bool isFirst = tail.Previous || Record is null or { RestartCount: 0 };
            long began = isFirst ? long.MinValue : Record?.StartedAt is { } time ? UnixNanoseconds.From(time) : long.MaxValue;
            ReadFrom = Arrived > 0 ? Math.Max(_firstTime, tail.SinceTime ?? 0) : isCut ? long.MaxValue : Math.Max(began, tail.SinceTime ?? long.MinValue);
        }
    }

    /// <summary>Leaves the stream; nothing of it comes after this.</summary>
    public void Close()
    {
        if (Subscription?.Close() is { } position)
        {
            Start = new LogStart.After(position);
        }

        Subscription = null;
        Openings++;
        HasBacklog = false;
        State = State is SourceState.Streaming ? SourceState.Waiting : State;
    }

    /// <summary>A line got its place.</summary>
    public void Placed(long time)
    {
        _placed++;
        LastTime = Math.Max(LastTime, time);
        DrainedUntil = Math.Max(DrainedUntil, time);
    }

    public void Taken(int bytes)
    {
        if (Interlocked.Add(ref _queued, -bytes) < _session.RoomPerSource)
        {
            _room.Set();
        }
    }

    void ILogTarget.OnBatch(LineBatch batch)
    {
        _firstTime = Arrived == 0 ? batch[0].Time : _firstTime;
        Arrived += batch.Count;
        Interlocked.Add(ref _posted, batch.Count);
        SessionMetrics.Received(batch.Count);
        Interlocked.Add(ref _queued, batch.ByteCount);
        _session.Post(this, new MergeItem(batch.Share(), null));
    }

    void ILogTarget.OnGap(LogGap gap) => _session.Post(this, new MergeItem(null, gap));

    async ValueTask ILogTarget.RoomAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Read(ref _queued) < _session.RoomPerSource)
        {
            return;
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static signal => ((AsyncSignal)signal!).Set(), _room);
        while (Interlocked.Read(ref _queued) >= _session.RoomPerSource)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _room.WaitAsync();
        }
    }

    void ILogSubscriber.OnCaughtUp() => _session.Post(this, new MergeItem(null, new CaughtUpMark(Openings)));

    void ILogSubscriber.OnEnded() => _session.Post(this, new MergeItem(null, SourceMark.Ended));

    void ILogSubscriber.OnState(SourceState state, string? reason, string? message)
        => _session.Post(() => _session.OnSourceState(this, state, reason, message));

    void ILogSubscriber.OnFailure(PodLogFailure failure) => _session.Post(() => _session.OnSourceFailure(this, failure));

    void ILogSubscriber.OnConnected(bool connected) => _session.Post(() => IsConnected = connected);
}
