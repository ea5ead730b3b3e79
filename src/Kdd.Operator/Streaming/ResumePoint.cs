using System.IO.Hashing;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>A line as a resume recognises it.</summary>
internal readonly record struct SeenLine(long Time, ulong Hash)
{
    public static ulong HashOf(ReadOnlySpan<byte> message) => XxHash3.HashToUInt64(message);
}

/// <summary>
/// The position after the last complete line of a log file. The kubelet cuts <c>sinceTime</c> to whole seconds and includes
/// that second, so a resume is sent lines again: this remembers the lines of the last two seconds, and never fewer than
/// <see cref="LeastLines"/>, in file order, to tell them from new ones. Memory is bounded by <see cref="MaxLines"/>; beyond that
/// <see cref="Covers"/> turns false.
/// </summary>
internal sealed class ResumePoint
{
    /// <summary>1 MiB, reached only by a container that writes 32,000 lines a second.</summary>
    public const int MaxLines = 1 << 16;

    /// <summary>1 KiB a source: what a quiet container writes while its stream is opened again.</summary>
    public const int LeastLines = 64;

    private const long Remembered = UnixNanoseconds.PerSecond;

    /// <summary>
    /// stdout and stderr are stamped apart, so that the next line of a file may be a little older than the last: it must not
    /// fall before the second that is asked for.
    /// </summary>
    public const long Tolerance = 100_000_000;

    private SeenLine[] _lines = [];
    private int _first;
    private int _count;
    private long _forgotten = long.MinValue;
    private bool _hasLast;

    public bool IsEmpty => _count == 0;

    /// <summary>Of the last line in file order, which need not be the greatest: stdout and stderr are stamped apart, clocks step.</summary>
    public long Time { get; private set; }

    /// <summary>Position of the last line among consecutive lines with its time.</summary>
    public int N { get; private set; }

    /// <summary>True when reading began in the middle of the file (a tail), so that earlier lines of its first second exist.</summary>
    public bool HasUnknownHead { get; set; }

    /// <summary>What to ask for as <c>sinceTime</c>.</summary>
    public long Since => UnixNanoseconds.FloorToSecond(Time - Tolerance);

    /// <summary>True when every line at or after <see cref="Since"/> is remembered.</summary>
    public bool Covers => _forgotten < Since;

    public int Count => _count;

    /// <summary>Index of the first line of the last two seconds.</summary>
    public int FirstRecent
    {
        get
        {
            int first = 0;
            while (first < _count && this[first].Time < Since - Remembered)
            {
                first++;
            }

            return first;
        }
    }

    /// <summary>
    /// How many lines from the end of the file to ask for, so that the first of them is known unless more than these were written
    /// meanwhile.
    /// </summary>
    public int TailLines => _forgotten == long.MinValue && !HasUnknownHead ? Math.Max(LeastLines, _count) : _count;

    /// <summary>The remembered lines, the oldest first.</summary>
    public SeenLine this[int index] => _lines[(_first + index) & (_lines.Length - 1)];

    /// <summary>Takes the next line of the file and returns its n.</summary>
    public int Add(long time, ulong hash)
    {
        N = _hasLast && time == Time ? N + 1 : 0;
        _hasLast = true;
        Time = time;
        long keep = Since - Remembered;
        while (_count > 0 && ((this[0].Time < keep && _count >= LeastLines) || _count == MaxLines))
        {
            _forgotten = Math.Max(_forgotten, this[0].Time);
            _first = (_first + 1) & (_lines.Length - 1);
            _count--;
        }

        if (_count == _lines.Length || (_lines.Length > 1024 && _count < _lines.Length / 8))
        {
            Resize(Math.Max(16, _count * 2));
        }

        _lines[(_first + _count++) & (_lines.Length - 1)] = new SeenLine(time, hash);
        return N;
    }

    /// <summary>The file is another one from here on: what was remembered will not come again.</summary>
    public void Forget()
    {
        _count = 0;
        _forgotten = long.MinValue;
        HasUnknownHead = false;
    }

    public ResumePoint Copy()
    {
        var copy = new ResumePoint { Time = Time, N = N, HasUnknownHead = HasUnknownHead, _forgotten = _forgotten, _hasLast = _hasLast };
        int from = 0;
        while (from < _count && this[from].Time < Since && _count - from > LeastLines)
        {
            from++;
        }

        copy._count = _count - from;
        copy._lines = new SeenLine[Capacity(copy._count)];
        for (int i = 0; i < copy._count; i++)
        {
            copy._lines[i] = this[from + i];
        }

        return copy;
    }

    private void Resize(int least)
    {
        var lines = new SeenLine[Capacity(least)];
        for (int i = 0; i < _count; i++)
        {
            lines[i] = this[i];
        }

        (_lines, _first) = (lines, 0);
    }

    private static int Capacity(int least) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(least, 1));
}
