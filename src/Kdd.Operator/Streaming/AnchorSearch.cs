namespace Kdd.Operator.Streaming;

/// <summary>
/// Finds in a whole file the place where reading stopped, by the last <see cref="Replay.AnchorLength"/> lines in sequence:
/// for when the remembered lines do not reach back to <c>sinceTime</c>, because the node's clock stepped back or the
/// container floods.
/// </summary>
internal sealed class AnchorSearch
{
    private readonly SeenLine[] _recent = new SeenLine[Replay.AnchorLength];
    private readonly ResumePoint _point;
    private readonly int _length;
    private long _count;

    /// <param name="point">The place.</param>
    /// <param name="since">The file is read from here; null: from its beginning.</param>
    public AnchorSearch(ResumePoint point, long? since)
    {
        _point = point;
        while (_length < Math.Min(point.Count, Replay.AnchorLength) && (since is null || point[point.Count - 1 - _length].Time >= since))
        {
            _length++;
        }
    }

    /// <summary>Lines up to and including the anchor; null while not found.</summary>
    public long? Position { get; private set; }

    public void Add(long time, ulong hash)
    {
        _recent[_count++ % Replay.AnchorLength] = new SeenLine(time, hash);
        for (int back = 0; back < _length; back++)
        {
            if (back == _count)
            {
                // The file begins within the anchor: rotation took the lines before.
                break;
            }

            if (_recent[(_count - 1 - back) % Replay.AnchorLength] != _point[_point.Count - 1 - back])
            {
                return;
            }
        }

        Position = _length > 0 ? _count : null;
    }
}
