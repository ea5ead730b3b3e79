using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Kubernetes;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    private readonly Dictionary<ContainerKey, SessionSource> _sources = [];
    private readonly LogMerger _merger;
    private readonly MergeSource _lifecycle;
    private Dictionary<string, PodRecord> _pods = [];
    private int _sourceCount;
    private bool _podsKnown;
    private bool _workloadFinished;

    /// <summary>Streams were opened at least once: what appears later is read from its first line.</summary>
    private bool _opened;
    private long _openedAt;

    private void Apply(IReadOnlyList<PodRecord> pods, bool workloadFinished)
    {
        if (_state is SessionState.Ended)
        {
            return;
        }

        var after = pods.ToDictionary(pod => pod.Uid);
        bool chosen = _isReselected;
        _isReselected = false;
        if (_podsKnown && !chosen)
        {
            foreach (LifecycleChange change in _pods.Values.Where(pod => after.ContainsKey(pod.Uid) || !Exists(pod)).Concat(pods)
                .Select(pod => pod.Uid).Distinct().SelectMany(uid => PodChanges.Between(_pods.GetValueOrDefault(uid), after.GetValueOrDefault(uid), Now)))
            {
                _merger.Enqueue(_lifecycle, new MergeItem(null, change));
            }
        }

        if (!_podsKnown)
        {
            FindGone(after);
        }

        _pods = after;
        _podsKnown = true;
        _workloadFinished = workloadFinished;
        Reconcile(chosen);
        MarkChanged();
    }

    /// <summary>Brings the sources to the pods: one for each container that the spec reads.</summary>
    /// <param name="chosen">Containers that are new here are so by a change of the spec, not because they were just created.</param>
    private void Reconcile(bool chosen = false)
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
                SessionSource source = _sources.GetValueOrDefault(key) ?? Add(key, container, chosen);
                source.IsWanted = true;
                source.Observe(Observed(pod, container));
            }
        }

        foreach (SessionSource source in _sources.Values.Where(source => !source.IsClosing && !wanted.Contains(source.Frames.Key)).ToArray())
        {
            Unwanted(source);
        }

        OpenSources();
    }

    private SessionSource Add(ContainerKey key, ContainerRecord container, bool chosen)
    {
        MergeSource merge = _merger.Add();
        LogStart start = !_opened ? StartOf(_spec.Spec.Tail) : chosen ? TailOf(_spec.Spec.Tail) : new LogStart.Beginning();
        var source = new SessionSource(this, new FrameSource(key), merge, start);
        merge.Owner = source;
        // A container that appears while others are live has no backlog to wait for.
        merge.InBacklog = start is not LogStart.Beginning;
        // A finite session reads what was there when it opened.
        source.IsEnded = _opened && !_spec.Spec.Follow;
        if (start is LogStart.Resume resume)
        {
            source.DrainedUntil = resume.Watermark;
        }
        else if (start is LogStart.Beginning)
        {
            source.DrainedUntil = container.StartedAt is { } began ? UnixNanoseconds.From(began) : Now;
        }

        _sources.Add(key, source);
        _sourceCount = _sources.Count;
        return source;
    }

    /// <summary>Where the sources of a session that opens begin.</summary>
    private LogStart StartOf(TailSpec tail) => _resumeFrom is { } watermark
        ? new LogStart.Resume(UnixNanoseconds.FloorToSecond(Math.Max(0, watermark - ViewerStart.ResumeMargin)), watermark, tail.Lines)
        : TailOf(tail);

    private LogStart.Tail TailOf(TailSpec tail)
    {
        long? since = tail.Since is { } duration ? Now - NanosecondsOf(duration.Value) : null;
        return new LogStart.Tail(tail.Lines, since is { } time ? UnixNanoseconds.FloorToSecond(time) : null, tail.Previous);
    }

    /// <summary>The pod is gone, or it is not the workload's any more, or the spec reads the container no more.</summary>
    private void Unwanted(SessionSource source)
    {
        ContainerKey key = source.Frames.Key;
        if (_pods.ContainsKey(key.PodUid) || _context.PodExists(new NamespacedName(key.Namespace, key.Pod), key.PodUid))
        {
            if (!source.IsWanted)
            {
                return;
            }

            // The stream may be another session's too, and the container may be wanted again: then it goes on here.
            source.Close();
            source.IsWanted = false;
            source.Merge.InBacklog = false;
            return;
        }

        if (source.Subscription is not null)
        {
            // The stream reads out what it still gets, then tells that it ended.
            source.Subscription.Observe(null);
            return;
        }

        if (source.IsWanted && _opened && !IsComplete(source))
        {
            long from = source.Start is LogStart.After after ? after.Position.Point.Time : 0;
            Post(source, new MergeItem(null, new LogGap(GapReasons.Idle, null, from, Now, Certain: false)));
        }

        // Through the inbox, so that it comes after what is in it.
        source.IsClosing = true;
        source.Merge.InBacklog = false;
        Post(source, new MergeItem(null, SourceMark.Ended));
    }

    /// <summary>False: it was deleted. A pod that left the list may only have lost its label.</summary>
    private bool Exists(PodRecord pod) => _context.PodExists(new NamespacedName(pod.Namespace, pod.Name), pod.Uid);

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
            if (_resumeFrom is { } watermark)
            {
                DeclareGone(watermark);
            }
        }

        foreach (SessionSource source in _sources.Values.Where(source => source.Subscription is null && source.IsOpenable))
        {
            source.LastProgress = Now;
            source.Merge.InBacklog = source.Start is not LogStart.Beginning;
            source.Subscription = _context.Upstream.Subscribe(
                source.Frames.Key, source.Start, source, source.Record, isFinite: !_spec.Spec.Follow);
        }

        _opened = true;
    }

    /// <summary>Closes the streams and remembers where each stood.</summary>
    private void CloseSources()
    {
        foreach (SessionSource source in _sources.Values)
        {
            source.Close();
        }
    }

    private void Remove(SessionSource source)
    {
        NoteRemoved(source);
        source.Close();
        _ended = _ended.Plus(source);
        _merger.Remove(source.Merge);
        _sources.Remove(source.Frames.Key);
        _sourceCount = _sources.Count;
    }

    private static ContainerRecord Observed(PodRecord pod, ContainerRecord container)
        => pod.IsEnding ? container with { IsPodEnding = true } : container;
}
