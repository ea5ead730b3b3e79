namespace Kdd.Operator.Streaming;

/// <summary>
/// Tells the lines that a resume is sent again from new ones. A log file only grows, and the kubelet filters it in file
/// order: the replay is the remembered lines in their order, and whatever follows them is new.
/// </summary>
internal sealed class Replay
{
    /// <summary>How many of the last lines in sequence mark a position, where the replay's beginning is not known.</summary>
    public const int AnchorLength = 16;

    private readonly ResumePoint? _point;
    private int _next;
    private int _end;
    private long _skip;
    private SeenLine? _first;
    private long _after = long.MinValue;
    private bool _headless;
    private bool _beginsWithin;

    private Replay(ResumePoint? point) => _point = point;

    /// <summary>The file was searched, and holds the position.</summary>
    public bool IsCounted => _point is null;

    /// <summary>True when all that was seen before has come again.</summary>
    public bool IsComplete => _skip == 0 && _next == _end;

    /// <summary>
    /// True when a new line came before all that was seen: the file is another one, by rotation or restart. Lines between
    /// may be lost.
    /// </summary>
    public bool FileChanged { get; private set; }

    /// <summary>True when the file is not the one that was searched: count again.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Nothing was seen before.</summary>
    public static Replay None() => new(null);

    /// <summary>The replay of a request with <see cref="ResumePoint.Since"/>.</summary>
    public static Replay Of(ResumePoint point)
    {
        var replay = new Replay(point) { _end = point.Count, _headless = point.HasUnknownHead };
        while (replay._next < replay._end && point[replay._next].Time < point.Since)
        {
            replay._next++;
        }

        // Once a line before the first kept second was seen, that second was seen from its beginning.
        replay._headless &= replay._next == 0;
        return replay;
    }

    /// <summary>
    /// The replay of a request with <see cref="ResumePoint.TailLines"/>: it begins with one of the remembered lines, or the file
    /// has grown by more since, or is another one (<see cref="FileChanged"/>).
    /// </summary>
    public static Replay OfTail(ResumePoint point) => new(point) { _end = point.Count, _beginsWithin = true };

    /// <summary>
    /// A replay whose first <paramref name="lines"/> lines were seen, as a search for the anchor found. A file loses lines
    /// only from its front: while <paramref name="first"/> is its first line, the count holds.
    /// </summary>
    public static Replay OfCount(long lines, SeenLine first) => new(null) { _skip = lines, _first = first };

    /// <summary>The replay of a file that is older or newer than what was seen: its lines up to a time are not new.</summary>
    public static Replay UpTo(long time) => new(null) { _after = time };

    public bool IsNew(long time, ulong hash)
    {
        if (time <= _after)
        {
            return false;
        }

        _after = long.MinValue;
        if (_skip > 0)
        {
            if (_first is { } expected && new SeenLine(time, hash) != expected)
            {
                IsStale = FileChanged = true;
                return true;
            }

            _first = null;
            _skip--;
            return false;
        }

        if (_next == _end)
        {
            return true;
        }

        var line = new SeenLine(time, hash);
        if (_headless)
        {
            SeenLine first = _point![_next];
            if (time <= first.Time && !IsRemembered(line))
            {
                return false;
            }

            _headless = false;
        }

        if (_beginsWithin)
        {
            // Of several equal lines nobody can tell which one the tail began with.
            _beginsWithin = false;
            if (CountOf(line) != 1)
            {
                return IsOfChangedFile();
            }
        }

        // A rotation may have taken the first of them; what is still there comes in order.
        for (int i = _next; i < _end; i++)
        {
            if (_point![i] == line)
            {
                _next = i + 1;
                return false;
            }
        }

        return IsOfChangedFile();
    }

    private bool IsRemembered(SeenLine line) => CountOf(line) > 0;

    private int CountOf(SeenLine line)
    {
        int count = 0;
        for (int i = _next; i < _end; i++)
        {
            count += _point![i] == line ? 1 : 0;
        }

        return count;
    }

    private bool IsOfChangedFile()
    {
        FileChanged = true;
        _next = _end;
        return true;
    }
}
