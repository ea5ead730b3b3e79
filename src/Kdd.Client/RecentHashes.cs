namespace Kdd.Client;

/// <summary>The lines of the last 90 s by source, instance, time and hash; a resend takes them back one by one.</summary>
internal sealed class RecentHashes(TimeProvider timeProvider)
{
    private readonly Queue<Entry> _lines = new();
    private Dictionary<Line, int>? _notTakenBack;

    public void Add((ulong Source, int Instance) key, long time, ulong hash)
    {
        while (_lines.TryPeek(out Entry oldest) && timeProvider.GetElapsedTime(oldest.Received) > SeenPositions.Resend)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue(new Entry(new Line(key.Source, key.Instance, time, hash), timeProvider.GetTimestamp()));
    }

    public void BeginResend() => _notTakenBack = null;

    public void EndResend() => _notTakenBack = null;

    /// <summary>True when the line was received before this resend and has not come in it yet.</summary>
    public bool TakeBack((ulong Source, int Instance) key, long time, ulong hash)
    {
        _notTakenBack ??= Count();
        Line line = new(key.Source, key.Instance, time, hash);
        int count = _notTakenBack.GetValueOrDefault(line);
        if (count == 0)
        {
            return false;
        }

        _notTakenBack[line] = count - 1;
        return true;
    }

    private Dictionary<Line, int> Count()
    {
        Dictionary<Line, int> counts = [];
        foreach (Entry entry in _lines)
        {
            counts[entry.Line] = counts.GetValueOrDefault(entry.Line) + 1;
        }

        return counts;
    }

    private readonly record struct Line(ulong Source, int Instance, long Time, ulong Hash);

    private readonly record struct Entry(Line Line, long Received);
}
