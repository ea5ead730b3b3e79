namespace Kdd.Operator.Streaming;

/// <summary>
/// Admits the lines of a file up to a position that another reader had reached: a session that joins a stream already open
/// reads its backlog itself and gets everything after that position from the stream.
/// </summary>
internal sealed class SeenUpTo
{
    private readonly Dictionary<SeenLine, int> _remaining = [];
    private readonly long _from = long.MaxValue;
    private int _left;
    private bool _entered;

    /// <summary>stdout and stderr are stamped apart: a line before the first of the position's may be this much newer.</summary>
    private const long Tolerance = 100_000_000;

    public SeenUpTo(ResumePoint point)
    {
        for (int i = point.FirstRecent; i < point.Count; i++)
        {
            _left++;
            _from = Math.Min(_from, point[i].Time);
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_remaining, point[i], out _)++;
        }
    }

    /// <summary>The position is reached: everything further is the stream's.</summary>
    public bool IsReached => _left == 0;

    public bool Admits(long time, ulong hash)
    {
        if (_left == 0)
        {
            return false;
        }

        ref int count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_remaining, new SeenLine(time, hash));
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) || count == 0)
        {
            return time < (_entered ? _from : _from + Tolerance);
        }

        _entered = true;

        count--;
        _left--;
        return true;
    }
}
