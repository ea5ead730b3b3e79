namespace Kdd.Operator.Streaming;

/// <summary>One container's queue at the <see cref="LogMerger"/>.</summary>
internal sealed class MergeSource(object? owner)
{
    private const long JitterHalf = 5_000_000_000;

    private readonly Queue<MergeItem> _items = [];
    private readonly ClockOffset _offset = new();
    private int _line;
    private bool _placedLive;
    private long _jitter;
    private long _jitterBefore;
    private long _jitterSince;

    /// <summary>Whom the merged lines of this source belong to.</summary>
    public object? Owner { get; set; } = owner;

    /// <summary>Position in the merger's list; ties go to the first.</summary>
    public int Index { get; set; }

    /// <summary>Its backlog is not complete: others wait for it, while it makes progress.</summary>
    public bool InBacklog { get; set; } = true;

    /// <summary>It does not hold others back: its open fails, or it took too long.</summary>
    public bool IsExcused { get; set; }

    /// <summary>When its newest batch came, ns; 0 before the first.</summary>
    public long LastArrival { get; private set; }

    public bool IsEmpty => _items.Count == 0;

    /// <summary>Bytes in the queue.</summary>
    public int Bytes { get; private set; }

    /// <summary>Where the first item stands in the common order, ns of our clock.</summary>
    public long Head { get; private set; } = long.MinValue;

    /// <summary>How far the node's clock is behind ours, ns; null while unknown.</summary>
    public long? Offset => _offset.IsKnown ? _offset.Value : null;

    /// <summary>The most that lines of the last seconds came after their place in the order.</summary>
    public long Jitter => Math.Max(_jitter, _jitterBefore);

    public void Enqueue(MergeItem item, bool live, bool arrivalOrder)
    {
        if (item.Batch is { } batch)
        {
            Bytes += batch.ByteCount;
            LastArrival = batch.Arrival;
            if (live && !InBacklog)
            {
                Measure(batch);
            }
        }

        _items.Enqueue(item);
        if (_items.Count == 1)
        {
            _line = 0;
            Place(live, arrivalOrder);
        }
    }

    public MergeItem Peek(out int line)
    {
        line = _line;
        return _items.Peek();
    }

    /// <summary>Moves past the first line of a batch, or past another item; true when the item is used up and the caller's.</summary>
    public bool Advance(bool live, bool arrivalOrder)
    {
        MergeItem item = _items.Peek();
        bool used = item.Batch is null || ++_line == item.Batch.Count;
        if (used)
        {
            _items.Dequeue();
            Bytes -= item.Batch?.ByteCount ?? 0;
            _line = 0;
        }

        if (_items.Count > 0)
        {
            Place(live, arrivalOrder);
        }

        return used;
    }

    /// <summary>Reads a backlog again: it is placed by its timestamps anew.</summary>
    public void BeginBacklog()
    {
        InBacklog = true;
        IsExcused = false;
        _placedLive = false;
        Head = _items.Count == 0 ? long.MinValue : Head;
    }

    /// <summary>Time of the first line that waits; null when none does.</summary>
    public long? PendingSince => _items.TryPeek(out MergeItem item) && item.Batch is { } batch ? batch[_line].Time : null;

    /// <summary>Lets go of everything queued.</summary>
    public void Clear()
    {
        foreach (MergeItem item in _items)
        {
            item.Batch?.Release();
        }

        _items.Clear();
        Bytes = 0;
    }

    private void Measure(LineBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            _offset.Observe(batch.Arrival, batch[i].Time);
        }

        if (batch.Arrival - _jitterSince >= JitterHalf)
        {
            (_jitterBefore, _jitter, _jitterSince) = (_jitter, 0, batch.Arrival);
        }

        // The first line of a batch waited longest.
        _jitter = Math.Max(_jitter, batch.Arrival - batch[0].Time - _offset.Value);
    }

    /// <summary>Lines of one source never change their order, whatever their timestamps do.</summary>
    private void Place(bool live, bool arrivalOrder)
    {
        if (_items.Peek().Batch is not { } batch)
        {
            return;
        }

        if (!live)
        {
            Head = Math.Max(Head, batch[_line].Time);
            return;
        }

        // The backlog was placed by the node's own clock, which may be minutes ahead: that must not hold live lines.
        long before = _placedLive ? Head : long.MinValue;
        _placedLive = true;
        long time = arrivalOrder ? batch.Arrival : InBacklog ? batch[_line].Time : _offset.IsKnown ? batch[_line].Time + _offset.Value : batch.Arrival;
        Head = Math.Min(Math.Max(before, time), batch.Arrival);
    }
}

/// <summary>Lines, or a mark that keeps its place among them.</summary>
internal readonly record struct MergeItem(LineBatch? Batch, object? Mark);
