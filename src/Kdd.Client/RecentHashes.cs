namespace Kdd.Client;

/// <summary>The lines that a resend can reach, by source, time and hash; a resend takes them back one by one.</summary>
internal sealed class RecentHashes
{
    private readonly Queue<Line> _lines = new();
    private Dictionary<Line, int>? _notTakenBack;

    /// <summary>How many of them came before the resend.</summary>
    private int _before;

    /// <param name="reach">A resend brings nothing older, Unix ns: such lines are forgotten.</param>
    public void Add(ulong source, long time, ulong hash, long reach)
    {
        while (_lines.TryPeek(out Line oldest) && oldest.Time < reach)
        {
            _lines.Dequeue();
            _before = Math.Max(0, _before - 1);
        }

        _lines.Enqueue(new Line(source, time, hash));
    }

    public void BeginResend() => (_notTakenBack, _before) = (null, _lines.Count);

    /// <summary>True when the line was received before this resend and has not come in it yet.</summary>
    public bool TakeBack(ulong source, long time, ulong hash)
    {
        _notTakenBack ??= Count();
        Line line = new(source, time, hash);
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
        foreach (Line line in _lines.Take(_before))
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }

        return counts;
    }

    private readonly record struct Line(ulong Source, long Time, ulong Hash);
}
