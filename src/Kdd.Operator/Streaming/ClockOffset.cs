namespace Kdd.Operator.Streaming;

/// <summary>
/// How far a source's timestamps are behind our clock: the least arrival minus timestamp of the last minute, kept as two
/// half minutes. Holds the delay of the way too, which is what ordering wants.
/// </summary>
internal sealed class ClockOffset
{
    private const long Half = 30_000_000_000;

    private long _current = long.MaxValue;
    private long _before = long.MaxValue;
    private long _since = long.MinValue;

    public bool IsKnown => Value != long.MaxValue;

    /// <summary>ns; <see cref="long.MaxValue"/> while unknown.</summary>
    public long Value => Math.Min(_current, _before);

    public void Observe(long arrival, long time)
    {
        if (arrival - _since >= Half || _since == long.MinValue)
        {
            // After more than a minute of silence the older half says nothing any more, but it is all there is.
            _before = _current == long.MaxValue ? _before : _current;
            _current = long.MaxValue;
            _since = arrival;
        }

        _current = Math.Min(_current, arrival - time);
    }
}
