namespace Kdd.Operator.Streaming;

/// <summary>Takes what a <see cref="LogMerger"/> releases.</summary>
internal interface IMergeOutput
{
    /// <param name="source">Where the line is from.</param>
    /// <param name="batch">Holds it.</param>
    /// <param name="line">Its index in the batch.</param>
    /// <param name="late">Lines that should follow it have been released before.</param>
    void OnLine(MergeSource source, LineBatch batch, int line, bool late);

    void OnMark(MergeSource source, object mark);
}

/// <summary>
/// Puts the lines of several containers in one order: the backlog by timestamp, live lines by timestamp and clock offset
/// within a window. Pure: time comes in as an argument.
/// </summary>
internal sealed class LogMerger
{
    private readonly List<MergeSource> _sources = [];
    private readonly PriorityQueue<MergeSource, (long Head, int Index)> _heads = new();
    private long _released = long.MinValue;
    private MergeSource? _releasedFrom;
    private int _nextIndex;

    /// <summary>ns; 0 is order of arrival.</summary>
    public long Window { get; set; }

    /// <summary>False until the backlog of the sources present at the start is merged.</summary>
    public bool IsLive { get; private set; }

    public IReadOnlyList<MergeSource> Sources => _sources;

    public MergeSource Add(object? owner = null)
    {
        var source = new MergeSource(owner) { Index = _nextIndex++ };
        _sources.Add(source);
        return source;
    }

    /// <summary>Removes a source whose queue has been released.</summary>
    public void Remove(MergeSource source)
    {
        source.Clear();
        _sources.Remove(source);
    }

    public void Enqueue(MergeSource source, MergeItem item)
    {
        bool wasEmpty = source.IsEmpty;
        source.Enqueue(item, IsLive, Window == 0);
        if (wasEmpty)
        {
            _heads.Enqueue(source, (source.Head, source.Index));
        }
    }

    /// <summary>From here on lines are live. What is queued keeps its place.</summary>
    public void GoLive()
    {
        IsLive = true;
        (_released, _releasedFrom) = (long.MinValue, null);
    }

    /// <summary>Back to a backlog: the session opens its sources again.</summary>
    public void BeginBacklog()
    {
        IsLive = false;
        (_released, _releasedFrom) = (long.MinValue, null);
    }

    /// <summary>After a release that failed half way: back to a backlog, with whatever is queued still.</summary>
    public void Restart()
    {
        _heads.Clear();
        foreach (MergeSource source in _sources.Where(source => !source.IsEmpty))
        {
            _heads.Enqueue(source, (source.Head, source.Index));
        }

        BeginBacklog();
    }

    /// <summary>Releases what has its place now.</summary>
    /// <returns>When to try again, ns; <see cref="long.MaxValue"/> when only a new item changes anything.</returns>
    public long Release(long now, IMergeOutput output)
    {
        long hold = -1;
        foreach (MergeSource source in _sources)
        {
            hold = Math.Max(hold, source.IsEmpty ? HoldOf(source, now) : -1);
        }

        while (_heads.TryDequeue(out MergeSource? source, out _))
        {
            if (source.IsEmpty)
            {
                // Removed while it waited.
                continue;
            }

            long horizon = hold switch { < 0 => long.MaxValue, long.MaxValue => long.MinValue, _ => now - hold };
            if (source.Head > horizon)
            {
                _heads.Enqueue(source, (source.Head, source.Index));
                return hold == long.MaxValue ? long.MaxValue : source.Head + hold;
            }

            long next = _heads.TryPeek(out MergeSource? second, out _) ? second.Head : long.MaxValue;
            ReleaseRun(source, Math.Min(next, horizon), output);
            if (source.IsEmpty)
            {
                hold = Math.Max(hold, HoldOf(source, now));
            }
            else
            {
                _heads.Enqueue(source, (source.Head, source.Index));
            }
        }

        return long.MaxValue;
    }

    private void ReleaseRun(MergeSource source, long bound, IMergeOutput output)
    {
        do
        {
            MergeItem item = source.Peek(out int line);
            if (item.Batch is { } batch)
            {
                bool late = Window > 0 && source.Head < _released && source != _releasedFrom;
                if (source.Head > _released)
                {
                    (_released, _releasedFrom) = (source.Head, source);
                }

                output.OnLine(source, batch, line, late);
                if (source.Advance(IsLive, Window == 0))
                {
                    batch.Release();
                }
            }
            else
            {
                source.Advance(IsLive, Window == 0);
                output.OnMark(source, item.Mark!);
            }
        }
        while (!source.IsEmpty && source.Head <= bound);
    }

    /// <summary>
    /// How long lines of others wait for this source, whose queue is empty: -1 not at all, MaxValue until something comes.
    /// Only a source that wrote within the window holds others, and no longer than its jitter asks for: a chatty container
    /// beside nine silent ones waits for nobody.
    /// </summary>
    private long HoldOf(MergeSource source, long now)
    {
        if (source.IsExcused)
        {
            return -1;
        }

        if (!IsLive)
        {
            return source.InBacklog ? long.MaxValue : -1;
        }

        return now - source.LastArrival < Window ? Math.Min(Window, source.Jitter) : -1;
    }
}
