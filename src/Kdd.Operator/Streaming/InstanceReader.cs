using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>What became of one request for lines.</summary>
internal readonly record struct ReadOutcome(ReadEnd End, PodLogFailure? Failure, long NewLines, TimeSpan Duration)
{
    /// <summary>False: the body ended before all that was seen had come again.</summary>
    public bool IsReplayed { get; init; }

    /// <summary>The body ended within a line.</summary>
    public bool IsCut { get; init; }

    /// <summary>No back-off is due: the stream worked.</summary>
    public bool WasGood => Failure is null && (NewLines > 0 || Duration >= TimeSpan.FromSeconds(10));
}

/// <summary>Which lines a request begins with.</summary>
/// <param name="TailLines">At most so many; null: all.</param>
/// <param name="SinceTime">Unix ns of a whole second; null: from the file's beginning.</param>
/// <param name="Deliver">False: the lines are only remembered.</param>
/// <param name="HasEnded">The instance writes no more: what stands at the end of its file is its end.</param>
internal readonly record struct ReadStart(int? TailLines = null, long? SinceTime = null, bool Deliver = true, bool HasEnded = false);

/// <summary>One request for lines, and what to do with them.</summary>
/// <param name="FromTail">Begins with the last lines read instead of their second.</param>
internal readonly record struct ReadRequest(ReadStart Start, bool Follow, bool Previous, SeenUpTo? Until, Action? OnOpen, Action? OnReplayed, bool FromTail = false);

/// <summary>
/// Reads on from a <see cref="LogPosition"/>, over the instances of a container. Every request, finite or following, first
/// or after a break, goes through here, so that there is one resume.
/// </summary>
/// <param name="key">The container.</param>
/// <param name="pool">Client, clock and limits.</param>
/// <param name="position">Moves with what is passed on, under <paramref name="gate"/>.</param>
/// <param name="target">Takes the lines.</param>
/// <param name="gate">Held while the position moves.</param>
internal sealed partial class InstanceReader(ContainerKey key, UpstreamPool pool, LogPosition position, ILogTarget target, Lock gate)
{
    private readonly RotationDetector _rotation = new();
    private ulong _fragment;
    private bool _acceptFileChange;
    private bool _whole;
    private LogReader? _reading;
    /// <summary>A last line in pieces of 16 KiB is never the one read: after so many reads that brought nothing the end is believed.</summary>
    private const int MaxDoubts = 6;

    private int _emptyReads;
    private int _doubts;

    public LogPosition Position => position;

    /// <summary>When the open response last gave a byte, Unix ns; 0 before the first.</summary>
    public long LastByte => _reading?.LastByte ?? 0;

    public long Lag => _rotation.Lag;

    /// <summary>Time of the first line read, Unix ns; 0 before it.</summary>
    public long FirstTime { get; private set; }

    /// <summary>So of the position's instance.</summary>
    public long FirstTimeOfInstance { get; private set; }

    /// <summary>Where a file of which nothing was read yet is read from, Unix ns of a whole second; null: its beginning.</summary>
    public long? FirstSince { get; set; }

    /// <summary>The open response leaves out lines whose times are before our position's: the node's clock may step back.</summary>
    public bool HidesLines { get; private set; }

    /// <summary>Why lines are missing, where that is known better than from the file.</summary>
    public string? GapReason { get; set; }

    /// <summary>The next read takes a file that is not the one before as it is, with a gap.</summary>
    public void AcceptFileChange() => _acceptFileChange = true;

    /// <summary>The next read asks for the whole file: the node's clock went back behind our position.</summary>
    public void ReadWholeFile() => _whole = true;

    /// <summary>True when a read of an ended file, or of one that nothing else goes on from, brought nothing more.</summary>
    public bool IsAtEnd(ReadOutcome outcome)
    {
        // Where nothing was seen yet, nothing that comes again proves that the file was read at all: look twice.
        bool isEmpty = outcome is { Failure: null, End: ReadEnd.Clean, NewLines: 0, IsCut: false };
        bool isAtEnd = isEmpty && (!position.Point.IsEmpty || _emptyReads > 0);
        _emptyReads = isEmpty && !isAtEnd ? 1 : 0;
        return isAtEnd;
    }

    /// <summary>
    /// True when an ended instance has been read to its end. A body that ends as HTTP bodies end may have been a kubelet that
    /// stopped: the file's last line must be the last one read.
    /// </summary>
    public async Task<bool> IsAtEndAsync(ReadOutcome outcome, bool previous, CancellationToken cancellationToken)
    {
        if (!IsAtEnd(outcome))
        {
            _doubts = outcome.NewLines > 0 ? 0 : _doubts;
            return false;
        }

        if (position.Point.IsEmpty)
        {
            return true;
        }

        SeenLine? last = null;
        await pool.Opens.TakeAsync(cancellationToken);
        PodLogFailure? failure = await LineScan.RunAsync(
            pool.Client, new PodLogRequest(key.Namespace, key.Pod, key.Container) { Previous = previous, TailLines = 1 },
            0, (time, hash) => last = new SeenLine(time, hash), cancellationToken);
        bool isLast = last == position.Point[position.Point.Count - 1];
        _doubts += failure is null && last is not null && !isLast ? 1 : 0;
        return failure is null && (isLast || _doubts == MaxDoubts);
    }

    /// <summary>Reads the position's instance: to the end of what is there, or following.</summary>
    /// <param name="start">Where to begin when nothing of the instance was read yet.</param>
    /// <param name="cancellationToken">Ends the read; the outcome is then <see cref="ReadEnd.Broken"/>.</param>
    /// <param name="onOpen">Called when a response's status is 200.</param>
    /// <param name="onReplayed">Called when what was seen before has come again: what follows is new.</param>
    /// <param name="known">Where the file holds the position, when that was searched for.</param>
    public async Task<ReadOutcome> ReadAsync(
        ReadStart start, bool follow, bool previous, CancellationToken cancellationToken, SeenUpTo? until = null,
        Action? onOpen = null, Action? onReplayed = null, PositionFound? known = null)
    {
        var read = new ReadRequest(start, follow, previous, until, onOpen, onReplayed);
        if (follow && !position.Point.IsEmpty && !_whole && !_acceptFileChange)
        {
            return await FollowOnAsync(read, cancellationToken);
        }

        PositionFound found = known ?? await FindPlaceAsync(previous, cancellationToken);
        return found.Replay is { } replay
            ? await ReadAsync(read, replay, found.IsWhole || _whole, cancellationToken)
            : new ReadOutcome(ReadEnd.Broken, found.Failure, 0, TimeSpan.Zero);
    }

    /// <summary>
    /// Follows from the last lines read. A response from <c>sinceTime</c> on would leave out whatever the node stamps before it
    /// as long as it stays open; one from a number of lines before the end does not look at times. When more was written
    /// meanwhile than that, a finite read catches up first.
    /// </summary>
    private async Task<ReadOutcome> FollowOnAsync(ReadRequest read, CancellationToken cancellationToken)
    {
        ReadOutcome outcome = await ReadTailAsync();
        if (outcome.End is not ReadEnd.FileChanged)
        {
            return outcome;
        }

        ReadOutcome caughtUp = await ReadAsync(read.Start, follow: false, previous: false, cancellationToken);
        if (caughtUp is not { End: ReadEnd.Clean, Failure: null, IsReplayed: true, IsCut: false })
        {
            return caughtUp;
        }

        outcome = await ReadTailAsync();
        if (outcome.End is not ReadEnd.FileChanged)
        {
            return outcome with { NewLines = outcome.NewLines + caughtUp.NewLines };
        }

        // Lines in pieces of 16 KiB are counted by the piece: the tail begins within one, each time.
        PositionFound found = await FindPlaceAsync(previous: false, cancellationToken);
        return found.Replay is { } replay
            ? await ReadAsync(read, replay, found.IsWhole, cancellationToken)
            : new ReadOutcome(ReadEnd.Broken, found.Failure, 0, TimeSpan.Zero);

        Task<ReadOutcome> ReadTailAsync()
            => ReadAsync(read with { FromTail = true }, Replay.OfTail(position.Point), whole: false, cancellationToken);
    }

    private async Task<ReadOutcome> ReadAsync(ReadRequest read, Replay replay, bool whole, CancellationToken cancellationToken)
    {
        long opened = pool.TimeProvider.GetTimestamp();
        bool resumes = !position.Point.IsEmpty;
        ReadStart start = read.Start;

        // Of a file that does not hold the position everything is new, however old its lines say they are.
        whole |= read.FromTail || (_acceptFileChange && !replay.IsCounted);

        await pool.Opens.TakeAsync(cancellationToken);
        using PodLogResponse response = await pool.Client.OpenAsync(
            new PodLogRequest(key.Namespace, key.Pod, key.Container)
            {
                Follow = read.Follow,
                Previous = read.Previous,
                TailLines = read.FromTail ? position.Point.TailLines : resumes ? null : start.TailLines,
                SinceTime = !resumes ? start.TailLines is null ? start.SinceTime ?? FirstSince : start.SinceTime : whole ? null : position.Point.Since,
            },
            cancellationToken);
        if (response.Failure is not null)
        {
            return new ReadOutcome(ReadEnd.Broken, response.Failure, 0, TimeSpan.Zero);
        }

        HidesLines = resumes && !whole;
        read.OnOpen?.Invoke();
        using var reader = new LogReader(position, replay, target, pool.TimeProvider, gate)
        {
            IsResume = resumes,
            AcceptFileChange = _acceptFileChange,
            Deliver = start.Deliver || resumes,
            Until = read.Until,
            Rotation = read.Follow ? _rotation : null,
            GapReason = GapReason,
            IsCurrent = !read.Previous,
            IsTail = read.FromTail,
            OnReplayed = read.OnReplayed,
        };
        _reading = reader;
        ReadEnd end = await ReadToEndAsync(reader, response, cancellationToken);
        _reading = null;
        FirstTime = FirstTime == 0 ? reader.FirstTime : FirstTime;
        FirstTimeOfInstance = FirstTimeOfInstance == 0 ? reader.FirstTime : FirstTimeOfInstance;
        if (end is ReadEnd.Clean && start.HasEnded)
        {
            end = reader.HasFragment ? BelieveFragment(reader) : !replay.IsComplete ? LastSeenIsGone() : end;
        }

        if (end is not ReadEnd.FileChanged)
        {
            _acceptFileChange = false;
            _whole = false;
        }

        return new ReadOutcome(
            end,
            end is ReadEnd.KubeletText ? PodLogFailure.FromText(reader.Text ?? "") : null,
            reader.NewLines,
            pool.TimeProvider.GetElapsedTime(opened))
        { IsReplayed = replay.IsComplete, IsCut = reader.HasFragment && !start.HasEnded };
    }

    private static async Task<ReadEnd> ReadToEndAsync(LogReader reader, PodLogResponse response, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(response, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return ReadEnd.Broken;
        }
    }

    /// <summary>The file ended before what was seen of it came again: it was rotated, with whatever followed.</summary>
    private ReadEnd LastSeenIsGone()
    {
        if (!_acceptFileChange)
        {
            return ReadEnd.FileChanged;
        }

        target.OnGap(new LogGap(GapReason ?? GapReasons.Rotation, null, position.Point.Time, position.Point.Time, Certain: false));
        return ReadEnd.Clean;
    }

    /// <summary>
    /// A container that ended without a newline leaves a last line without one; a kubelet that stops leaves the same. When two
    /// reads end in the same bytes it is the line.
    /// </summary>
    private ReadEnd BelieveFragment(LogReader reader)
    {
        ulong fragment = reader.FragmentHash;
        if (fragment != _fragment || !reader.FragmentHasTimestamp)
        {
            _fragment = fragment;
            return ReadEnd.Broken;
        }

        _fragment = 0;
        reader.TakeFragment();
        return ReadEnd.Clean;
    }

    /// <summary>What the next response will repeat; searched for where it is not remembered, or may be hidden.</summary>
    private async Task<PositionFound> FindPlaceAsync(bool previous, CancellationToken cancellationToken)
    {
        ResumePoint point = position.Point;
        if (point.IsEmpty)
        {
            return new PositionFound(Replay.None());
        }

        PositionFound found = _whole || _acceptFileChange
            ? await PositionSearch.RunAsync(pool, key, point, _whole ? null : point.Since, previous, cancellationToken)
            : await PositionSearch.LocateAsync(pool, key, point, previous, position.Glimpse?.Line, cancellationToken);
        if (found.OtherHead is { } head && !previous && position.Glimpse is not { BeginsFile: true })
        {
            position.Glimpse = new Glimpse(head, BeginsFile: true);
        }

        return found.Failure is null && found.Replay is null ? new PositionFound(Replay.Of(point)) : found;
    }
}
