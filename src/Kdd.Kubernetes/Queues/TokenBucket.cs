namespace Kdd.Kubernetes.Queues;

/// <summary>Lets <paramref name="perSecond"/> pass, and up to <paramref name="burst"/> at once after quiet. On the monotonic clock.</summary>
public sealed class TokenBucket(double perSecond, int burst, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filledAt = timeProvider.GetTimestamp();

    /// <param name="wait">When false is returned: how long until there is a token, if nobody else takes it.</param>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_lock)
        {
            long now = timeProvider.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            bool taken = _tokens >= 1;
            _tokens -= taken ? 1 : 0;
            wait = taken ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            return taken;
        }
    }
}
