using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    /// <summary>A source whose backlog makes no progress holds the others up no longer than this.</summary>
    private const long BacklogPatience = 5 * UnixNanoseconds.PerSecond;

    /// <summary>How often a session that waits for memory looks again.</summary>
    private static readonly TimeSpan LimitRetry = TimeSpan.FromSeconds(5);

    private readonly List<SessionSource> _finishedSources = [];
    private readonly DateTimeOffset _startTime;
    private DateTimeOffset? _completionTime;
    private SessionState _state;
    private string? _endReason;
    private bool _backlogComplete;
    private bool _backlogExceeded;
    private long _unwatchedSince;

    /// <summary>Up to here a viewer of another owner's stream has everything, Unix ns.</summary>
    private long? _resumeFrom;

    /// <summary>Goes live once every source has its backlog, or makes none; returns when to look again.</summary>
    private long CheckBacklog(long now)
    {
        foreach (SessionSource source in _finishedSources)
        {
            Remove(source);
        }

        _finishedSources.Clear();
        if (!_opened || _merger.IsLive)
        {
            if (_merger.IsLive && !_backlogComplete && !_sources.Values.Any(source => source.Merge.InBacklog && !source.Merge.IsExcused))
            {
                _backlogComplete = true;
                _backlogExceeded |= _buffer.Evicted > 0;
                MarkChanged();
                _buffer.Wake();
            }

            return long.MaxValue;
        }

        long next = long.MaxValue;
        bool all = true;
        foreach (SessionSource source in _sources.Values.Where(source => source.Merge.InBacklog && !source.Merge.IsExcused))
        {
            long patience = source.LastProgress + BacklogPatience;
            if (source.Merge.IsEmpty && (patience <= now || source.State is SourceState.BackOff or SourceState.Denied))
            {
                source.Merge.IsExcused = true;
                continue;
            }

            all = false;
            next = patience > now ? Math.Min(next, patience) : next;
        }

        if (all)
        {
            _merger.GoLive();
            _wake.Set();
        }

        return next;
    }

    /// <summary>Up to here everything that any source wrote has been passed on, Unix ns.</summary>
    private long Watermark(long now)
    {
        long watermark = now;
        foreach (SessionSource source in _sources.Values)
        {
            if (source.IsEnded || (!source.IsWanted && source.Merge.IsEmpty))
            {
                continue;
            }

            if (source.Merge.PendingSince is { } pending)
            {
                watermark = Math.Min(watermark, pending);
                continue;
            }

            if (source.IsConnected && !source.Merge.InBacklog)
            {
                // In the node's own time, where that is behind ours: a resume asks by it.
                source.DrainedUntil = Math.Max(source.DrainedUntil, now - Math.Max(0, source.Merge.Offset ?? 0));
            }

            watermark = Math.Min(watermark, source.DrainedUntil);
        }

        return Math.Max(0, watermark);
    }

    private long CheckIdle()
    {
        if (_state is SessionState.LimitReached)
        {
            OpenSources();
            return _state is SessionState.LimitReached ? Now + NanosecondsOf(LimitRetry) : long.MaxValue;
        }

        TimeSpan idle = _spec.Spec.IdleTimeout.Value;
        if (_viewers > 0 || idle == TimeSpan.Zero || _state is not SessionState.Streaming)
        {
            return long.MaxValue;
        }

        TimeSpan left = idle - _context.TimeProvider.GetElapsedTime(_unwatchedSince);
        if (left > TimeSpan.Zero)
        {
            return Now + NanosecondsOf(left);
        }

        CloseSources();
        _state = SessionState.Idle;
        MarkChanged();
        return long.MaxValue;
    }

    /// <summary>Out of idleness or suspension: every source goes on where it stood.</summary>
    private void Reopen()
    {
        _state = SessionState.Streaming;
        if (_opened)
        {
            _merger.BeginBacklog();
            _backlogComplete = false;
            foreach (SessionSource source in _sources.Values.Where(source => source.IsOpenable))
            {
                source.Merge.BeginBacklog();
            }
        }

        OpenSources();
        MarkChanged();
    }

    private void CheckCompletion()
    {
        if (_state is not SessionState.Streaming || !_backlogComplete || !_podsKnown || !_sources.Values.All(source => source.Merge.IsEmpty))
        {
            return;
        }

        bool done = _spec.Spec.Follow
            ? _workloadFinished && _sources.Values.All(source => !source.IsWanted || source.IsDrained)
            : _sources.Values.All(source => !source.IsWanted || source.IsEnded);
        if (done)
        {
            EndNow(EndReasons.Completed);
        }
    }

    private void EndNow(string reason)
    {
        if (_state is SessionState.Ended)
        {
            return;
        }

        CloseSources();
        foreach (SessionSource source in _sources.Values)
        {
            source.Merge.IsExcused = true;
        }

        _merger.Release(Now, this);
        _state = SessionState.Ended;
        _endReason = reason;
        _backlogComplete = true;
        _completionTime = _context.TimeProvider.GetUtcNow();
        _buffer.Publish();
        Notice(EventFrames.End(reason), endsViewers: true);
        MarkChanged();
    }

    internal void OnSourceState(SessionSource source, SourceState state, string? reason, string? message)
    {
        if (source.State != state || source.Reason != reason)
        {
            (source.State, source.Reason, source.Message) = (state, reason, message);
            MarkChanged();
        }
    }

    /// <summary>Tells viewers, but of one failure of one source at most once a minute.</summary>
    internal void OnSourceFailure(SessionSource source, PodLogFailure failure)
    {
        long now = Now;
        if (source.Told.Reason == failure.Reason && now - source.Told.Time < 60 * UnixNanoseconds.PerSecond)
        {
            return;
        }

        source.Told = (failure.Reason, now);
        ContainerKey key = source.Frames.Key;
        Notice(EventFrames.Error(failure.Code, failure.Reason, failure.Message, key.Pod, key.Container), endsViewers: false);
    }
}
