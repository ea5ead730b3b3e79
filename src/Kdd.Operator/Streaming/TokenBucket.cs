namespace Kdd.Operator.Streaming;

/// <summary>Spaces requests: <paramref name="perSecond"/> on average, <paramref name="burst"/> at once after quiet, in order of asking.</summary>
internal sealed class TokenBucket(TimeProvider timeProvider, int perSecond, int burst)
{
    private readonly Lock _lock = new();
    private readonly long _interval = timeProvider.TimestampFrequency / perSecond;

    /// <summary>The moment up to which tokens are given out; behind now by at most the burst.</summary>
    private long _reserved = long.MinValue;

    public ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_lock)
        {
            long now = timeProvider.GetTimestamp();
            _reserved = Math.Max(_reserved, now - (_interval * burst)) + _interval;
            wait = timeProvider.GetElapsedTime(now, _reserved);
        }

        return wait <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Pause.ForAsync(wait, timeProvider, cancellationToken));
    }
}
