using Kdd.Api.Wire;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    /// <summary>Most sources that a status lists.</summary>
    private const int MaxSources = 20;

    private const long LeastSkew = UnixNanoseconds.PerSecond;

    public SessionSnapshot Snapshot()
    {
        lock (_step)
        {
            return new SessionSnapshot
            {
                State = _state,
                EndReason = _endReason,
                StreamsDesired = _sources.Values.Count(source => source.IsWanted && !source.IsDrained),
                StreamsActive = _sources.Values.Count(source => source.IsWanted && source.State is SourceState.Streaming),
                Sources = [.. _sources.Values.Where(source => source.IsWanted).Select(SnapshotOf)
                    .Concat(_goneInBacklog.Select(key => new SourceSnapshot(key.Pod, key.Container, SourceState.Ended, "Deleted", null, null)))
                    .DistinctBy(source => (source.Pod, source.Container))
                    .OrderByDescending(source => source.State).ThenBy(source => source.Pod, StringComparer.Ordinal)
                    .ThenBy(source => source.Container, StringComparer.Ordinal).Take(MaxSources)],
                Lines = Counts(),
                LastLineTime = _lastLineTime == 0 ? null : UnixNanoseconds.ToDateTimeOffset(_lastLineTime),
                StartTime = _startTime,
                CompletionTime = _completionTime,
                Viewers = _viewers,
                BacklogComplete = _backlogComplete,
                BacklogExceededRetention = _backlogExceeded,
            };
        }
    }

    /// <summary>Of every source that the session has now.</summary>
    internal IReadOnlyList<SourceAccount> Accounts()
    {
        lock (_step)
        {
            return [.. _sources.Values.Select(source => source.Account)];
        }
    }

    private static SourceSnapshot SnapshotOf(SessionSource source) => new(
        source.Frames.Key.Pod, source.Frames.Key.Container, source.State, source.Reason, source.Message,
        source.Merge.Offset is { } offset && Math.Abs(offset) >= LeastSkew ? TimeSpan.FromTicks(offset / 100) : null);

    private SessionLineCounts Counts()
    {
        EndedCounts counts = _ended;
        foreach (SessionSource source in _sources.Values)
        {
            counts = counts.Plus(source);
        }

        return new SessionLineCounts(counts.Kept + counts.Filtered + counts.Lost, counts.Kept, counts.Filtered, counts.Lost);
    }
}
