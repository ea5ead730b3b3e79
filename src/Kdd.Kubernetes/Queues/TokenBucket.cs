namespace Kdd.Kubernetes.Queues;

/// <summary>
/// Gives out turns: <paramref name="perSecond"/> on average, up to <paramref name="burst"/> at once after quiet, in the order
/// of asking. Each who asks is told a moment of its own, so that a thousand who wait do not all come back for the next one.
/// </summary>
public sealed class TokenBucket(double perSecond, int burst, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly long _interval = (long)(timeProvider.TimestampFrequency / perSecond);

    /// <summary>The moment up to which turns are given out; behind now by at most the burst.</summary>
    private long _given = long.MinValue;

    /// <summary>Takes a turn. Returns how long to wait for it.</summary>
    public TimeSpan Reserve()
    {
        lock (_lock)
        {
            long now = timeProvider.GetTimestamp();
            _given = Math.Max(_given, now - (_interval * burst)) + _interval;
            return _given <= now ? TimeSpan.Zero : timeProvider.GetElapsedTime(now, _given);
        }
    }
}
