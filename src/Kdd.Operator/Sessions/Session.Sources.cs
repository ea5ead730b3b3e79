using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    private readonly Dictionary<ContainerKey, SessionSource> _sources = [];
    private readonly LogMerger _merger;
    private readonly MergeSource _lifecycle;
    private Dictionary<string, PodRecord> _pods = [];
    private CompiledSpec _spec;
    private int _sourceCount;
    private bool _podsKnown;
    private bool _workloadFinished;

    /// <summary>Streams were opened at least once: what appears later is read from its first line.</summary>
    private bool _opened;
    private long _openedAt;

    private void Apply(CompiledSpec spec)
    {
        CompiledSpec before = _spec;
        _spec = spec;
        _merger.Window = NanosecondsOf(spec.Spec.OrderWindow.Value);
        _buffer.MaxLines = spec.Spec.Retain.Lines;
        _buffer.MaxBytes = spec.Spec.Retain.Size.Bytes;
        _unwatchedSince = _context.TimeProvider.GetTimestamp();
        if (!spec.KeepsSameLines(before))
        {
            // The buffer holds what the old filter kept: begin again, as a new session would.
            CloseSources();
            foreach (SessionSource source in _sources.Values.ToArray())
            {
                Remove(source);
            }

            _buffer.Clear();
            _opened = false;
        }

        Reconcile();
        MarkChanged();
    }

    private void Apply(IReadOnlyList<PodRecord> pods, bool workloadFinished)
    {
        if (_state is SessionState.Ended)
        {
            return;
        }

        var after = pods.ToDictionary(pod => pod.Uid);
        if (_podsKnown)
        {
            foreach (LifecycleChange change in _pods.Values.Concat(pods).Select(pod => pod.Uid).Distinct().SelectMany(
                uid => PodChanges.Between(_pods.GetValueOrDefault(uid), after.GetValueOrDefault(uid), Now)))
            {
                _merger.Enqueue(_lifecycle, new MergeItem(null, change));
            }
        }

        _pods = after;
        _podsKnown = true;
        _workloadFinished = workloadFinished;
        Reconcile();
        MarkChanged();
    }

    /// <summary>Brings the sources to the pods: one for each container that the spec reads.</summary>
    private void Reconcile()
    {
        if (!_podsKnown || _restAfterDefectUntil > 0)
        {
            return;
        }

        var wanted = new HashSet<ContainerKey>();
        foreach (PodRecord pod in _pods.Values)
        {
            foreach (ContainerRecord container in pod.Containers.Where(container => _spec.Reads(container.Name)))
            {
                var key = new ContainerKey(pod.Namespace, pod.Name, pod.Uid, container.Name);
                wanted.Add(key);
                if (_sources.TryGetValue(key, out SessionSource? source))
                {
                    source.Record = Observed(pod, container);
                    source.Subscription?.Observe(source.Record);
                }
                else
                {
                    Add(key).Record = Observed(pod, container);
                }
            }
        }

        foreach (SessionSource source in _sources.Values.Where(source => !source.IsClosing && !wanted.Contains(source.Frames.Key)).ToArray())
        {
            Unwanted(source);
        }

        OpenSources();
    }

    private SessionSource Add(ContainerKey key)
    {
        MergeSource merge = _merger.Add();
        var source = new SessionSource(this, new FrameSource(key), merge, _opened ? new LogStart.Beginning() : TailOf(_spec.Spec.Tail));
        merge.Owner = source;
        // A container that appears while others are live has no backlog to wait for.
        merge.InBacklog = !_opened;
        _sources.Add(key, source);
        _sourceCount = _sources.Count;
        return source;
    }

    private LogStart TailOf(TailSpec tail)
    {
        if (_resumeFrom is { } watermark)
        {
            return new LogStart.Resume(UnixNanoseconds.FloorToSecond(Math.Max(0, watermark - ViewerStart.ResumeMargin)), watermark, tail.Lines);
        }

        long? since = tail.Since is { } duration ? Now - NanosecondsOf(duration.Value) : null;
        return new LogStart.Tail(tail.Lines, since is { } time ? UnixNanoseconds.FloorToSecond(time) : null, tail.Previous);
    }

    /// <summary>The pod is gone, or the spec reads the container no more.</summary>
    private void Unwanted(SessionSource source)
    {
        bool podIsGone = !_pods.ContainsKey(source.Frames.Key.PodUid);
        if (podIsGone && source.Subscription is not null)
        {
            // The stream reads out what it still gets, then tells that it ended.
            source.Subscription.Observe(null);
            return;
        }

        Close(source);
        if (podIsGone && _opened && !IsComplete(source))
        {
            long from = source.Start is LogStart.After after ? after.Position.Point.Time : 0;
            _merger.Enqueue(source.Merge, new MergeItem(null, new LogGap(GapReasons.Idle, null, from, Now, Certain: false)));
        }

        // After what still waits for its place.
        source.IsClosing = true;
        source.Merge.InBacklog = false;
        _merger.Enqueue(source.Merge, new MergeItem(null, SourceMark.Ended));
    }

    /// <summary>Of a source that is closed: true when nothing can have been written after what was read.</summary>
    private static bool IsComplete(SessionSource source)
        => source.IsEnded || (source.Record is { IsPodEnding: true } record
            && (Readability.Of(record) is null
                || (source.Start is LogStart.After { Position: { InstanceComplete: true } position } && position.Instance == record.RestartCount)));

    private void OpenSources()
    {
        if (_restAfterDefectUntil > 0)
        {
            return;
        }

        if (_state is SessionState.LimitReached or SessionState.Streaming && _podsKnown)
        {
            bool room = _context.Memory.TryMakeRoom();
            if (room != _state is SessionState.Streaming)
            {
                _state = room ? SessionState.Streaming : SessionState.LimitReached;
                MarkChanged();
            }
        }

        if (_state is not SessionState.Streaming || !_podsKnown)
        {
            return;
        }

        if (!_opened)
        {
            _openedAt = Now;
        }

        foreach (SessionSource source in _sources.Values.Where(source => source.Subscription is null && !source.IsEnded && !source.IsClosing))
        {
            ContainerKey key = source.Frames.Key;
            if (_opened && !_spec.Spec.Follow)
            {
                source.IsEnded = true;
                continue;
            }

            source.LastProgress = Now;
            source.Subscription = _context.Upstream.Subscribe(key, source.Start, source, source.Record, isFinite: !_spec.Spec.Follow);
        }

        _opened = true;
    }

    /// <summary>Closes the streams and remembers where each stood.</summary>
    private void CloseSources()
    {
        foreach (SessionSource source in _sources.Values)
        {
            Close(source);
        }
    }

    private static void Close(SessionSource source)
    {
        if (source.Subscription?.Close() is { } position)
        {
            source.Start = new LogStart.After(position);
        }

        source.Subscription = null;
        if (source.State is SourceState.Streaming)
        {
            source.State = SourceState.Waiting;
        }
    }

    private void Remove(SessionSource source)
    {
        Close(source);
        _ended = _ended.Plus(source);
        _merger.Remove(source.Merge);
        _sources.Remove(source.Frames.Key);
        _sourceCount = _sources.Count;
    }

    private static ContainerRecord Observed(PodRecord pod, ContainerRecord container)
        => pod.IsEnding ? container with { IsPodEnding = true } : container;
}
