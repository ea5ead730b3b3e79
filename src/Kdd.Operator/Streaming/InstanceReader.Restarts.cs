using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

internal sealed partial class InstanceReader
{
    /// <summary>A previous log that cannot be had this often in a row is gone.</summary>
    private const int MaxUnreadable = 3;

    private int _unreadable;

    /// <summary>When a previous file was last read to its end, Unix ns; 0: nothing hangs on it.</summary>
    private long _previousRead;

    /// <summary>
    /// Goes over from the position's instance to <paramref name="instance"/>: reads the rest of the old one with
    /// <c>previous</c>, as far as the kubelet still has it, and declares what it has not.
    /// </summary>
    /// <remarks>
    /// The log API answers with whatever instance runs at that moment, and the status tells of it later: what was read may
    /// have been of a later instance than it seemed. So the place where we stand is searched for, in the previous file and in
    /// the current one. A file loses lines only from its front: one that does not hold our place has nothing that we have
    /// seen.
    /// </remarks>
    /// <returns>A failure to retry after; null when the position has moved.</returns>
    public async Task<ReadOutcome?> MoveToAsync(int instance, ContainerRecord record, CancellationToken cancellationToken)
    {
        _acceptFileChange = false;
        _whole = false;
        CheckPreviousRead(record);

        // While the container waits, the current file is the last instance's own, and the one before it is previous.
        bool hasPrevious = record.Phase is ContainerPhase.Waiting ? instance > 0 : record.LastTerminated is not null;
        if (position.Anchor is not { } anchor)
        {
            return await MoveFromStartAsync(instance, record, hasPrevious, cancellationToken);
        }

        PositionFound found = hasPrevious ? await FindAsync(anchor, previous: true, cancellationToken) : default;
        if (found.Failure is { } failure && !IsGone(failure))
        {
            return Retry(failure);
        }

        if (found.Replay is not null)
        {
            bool isFinished = position.Instance == instance - 1 && position.InstanceComplete && anchor == position.Point;
            Relabel(instance - 1, record.Phase is ContainerPhase.Waiting ? null : record.LastTerminated?.StartedAt);
            if (isFinished)
            {
                Begin(instance);
                return null;
            }

            return await FinishPreviousAsync(instance, record, found, cancellationToken);
        }

        hasPrevious &= found.Failure is null;
        found = await FindAsync(anchor, previous: false, cancellationToken);
        if (found.Failure is not null)
        {
            return Retry(found.Failure);
        }

        if (found.Replay is not null)
        {
            Relabel(instance, record.StartedAt);
            return null;
        }

        return anchor == position.Before
            ? await MoveFromStartAsync(instance, record, hasPrevious, cancellationToken)
            : await MoveFromLostPlaceAsync(instance, record, hasPrevious, cancellationToken);
    }

    /// <summary>
    /// What was read as the previous file was another one if the container had restarted again by then, and the one that was
    /// meant is lost: seen only now, by when the instance started.
    /// </summary>
    private void CheckPreviousRead(ContainerRecord record)
    {
        if (_previousRead > 0 && record.StartedAt is { } started)
        {
            long began = UnixNanoseconds.From(started);
            if (_previousRead - _rotation.Offset >= began)
            {
                target.OnGap(new LogGap(GapReason ?? GapReasons.Restarts, null, position.Anchor?.Time ?? 0, began, Certain: false));
            }

            _previousRead = 0;
        }
    }

    /// <summary>
    /// The file turned out not to hold our place any more: what follows in it is new, and lines before that may be lost. False
    /// when <paramref name="last"/> is not the last line any more.
    /// </summary>
    public bool TryStartOver(SeenLine last)
    {
        lock (gate)
        {
            ResumePoint point = position.Point;
            if (point.IsEmpty || point[point.Count - 1] != last)
            {
                return false;
            }

            long now = UnixNanoseconds.From(pool.TimeProvider.GetUtcNow()) - _rotation.Offset;
            target.OnGap(new LogGap(GapReason ?? GapReasons.Rotation, null, point.Time, Math.Max(point.Time, now), Certain: false));
            position.MoveToStartOf(position.Instance);
            return true;
        }
    }

    private static ReadOutcome Retry(PodLogFailure failure) => new(ReadEnd.Broken, failure, 0, TimeSpan.Zero);

    /// <summary>Nothing was read of the position's instance.</summary>
    private async Task<ReadOutcome?> MoveFromStartAsync(int instance, ContainerRecord record, bool hasPrevious, CancellationToken cancellationToken)
    {
        if (instance > position.Instance + 1)
        {
            BeginAfterGap(instance - 1, record);
        }

        if (!hasPrevious)
        {
            BeginAfterGap(instance, record);
            return null;
        }

        // An empty file that was read to its end may have been the next instance's: what the previous one holds is read again.
        return await FinishPreviousAsync(instance, record, NewerThanAnchor(), cancellationToken);
    }

    /// <summary>Neither file holds our place: rotation took it, or the instance is older than what the kubelet keeps.</summary>
    private async Task<ReadOutcome?> MoveFromLostPlaceAsync(int instance, ContainerRecord record, bool hasPrevious, CancellationToken cancellationToken)
    {
        // Lines and startedAt have the node's clock.
        bool isBefore = record.StartedAt is { } started && position.Point.Time < UnixNanoseconds.From(started);
        if (position.InstanceComplete && isBefore && instance == position.Instance + 1)
        {
            Begin(instance);
            return null;
        }

        BeginAfterGap(hasPrevious ? instance - 1 : instance, record);
        return hasPrevious ? await FinishPreviousAsync(instance, record, NewerThanAnchor(), cancellationToken) : null;
    }

    /// <summary>A previous file may be older than what was read: its times tell.</summary>
    private PositionFound NewerThanAnchor() => new(position.Anchor is { } anchor ? Replay.UpTo(anchor.Time) : Replay.None());

    private async Task<ReadOutcome?> FinishPreviousAsync(int instance, ContainerRecord record, PositionFound place, CancellationToken cancellationToken)
    {
        position.InstanceComplete = false;
        ReadOutcome outcome = await ReadAsync(
            new ReadStart(Deliver: true, HasEnded: true), follow: false, previous: true, cancellationToken, known: place);
        if (outcome.Failure is { } failure)
        {
            if (!IsGone(failure))
            {
                return outcome;
            }

            BeginAfterGap(instance, record);
            return null;
        }

        _unreadable = 0;
        if (await IsAtEndAsync(outcome, previous: true, cancellationToken))
        {
            _previousRead = UnixNanoseconds.From(pool.TimeProvider.GetUtcNow());
            Begin(instance);
            return null;
        }

        return outcome;
    }

    private async Task<PositionFound> FindAsync(ResumePoint anchor, bool previous, CancellationToken cancellationToken)
        => await PositionSearch.LocateAsync(pool, key, anchor, previous, null, cancellationToken);

    /// <summary>The kubelet has removed the log. An API server without its kubelet says the same for a moment.</summary>
    private bool IsGone(PodLogFailure failure)
        => (failure.Code is 200 or 400 or 404) && ++_unreadable >= MaxUnreadable;

    private void Begin(int instance)
    {
        lock (gate)
        {
            position.MoveToStartOf(instance);
        }

        (_emptyReads, _doubts, _unreadable, FirstSince, FirstTimeOfInstance) = (0, 0, 0, null, 0);
    }

    private void BeginAfterGap(int instance, ContainerRecord record)
    {
        target.OnGap(new LogGap(GapReason ?? GapReasons.Restarts, null, position.Point.Time, StartOf(record), Certain: false));
        Begin(instance);
    }

    /// <summary>What was read was of a later instance than the status said then: those between may have written more.</summary>
    private void Relabel(int instance, DateTimeOffset? startedAt)
    {
        if (position.Instance == instance && !position.Point.IsEmpty)
        {
            return;
        }

        long from = position.Point.IsEmpty ? 0 : position.Before?.Time ?? 0;
        long to = startedAt is { } started ? UnixNanoseconds.From(started) + UnixNanoseconds.PerSecond : position.Anchor!.Time;
        target.OnGap(new LogGap(GapReason ?? GapReasons.Restarts, null, from, to, Certain: false));
        lock (gate)
        {
            position.Relabel(instance);
        }
    }

    private long StartOf(ContainerRecord record)
        => record.StartedAt is { } started ? UnixNanoseconds.From(started) : UnixNanoseconds.From(pool.TimeProvider.GetUtcNow());
}
