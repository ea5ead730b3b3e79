namespace Kdd.Operator.Streaming;

/// <summary>
/// Finds in a whole file the place where reading stopped, by the last <see cref="Replay.AnchorLength"/> lines in sequence:
/// for when the remembered lines do not reach back to <c>sinceTime</c>, because the node's clock stepped back or the
/// container floods.
/// </summary>
internal sealed class AnchorSearch(ResumePoint point)
{
    private readonly SeenLine[] _recent = new SeenLine[Replay.AnchorLength];
    private readonly int _length = Math.Min(point.Count, Replay.AnchorLength);
    private long _count;

    /// <summary>Lines up to and including the anchor; null while not found.</summary>
    public long? Position { get; private set; }

    public void Add(long time, ulong hash)
    {
        _recent[_count++ % Replay.AnchorLength] = new SeenLine(time, hash);
        for (int back = 0; back < _length; back++)
        {
            if (back == _count || _recent[(_count - 1 - back) % Replay.AnchorLength] != point[point.Count - 1 - back])
            {
                return;
            }
        }

        Position = _count;
    }
}
