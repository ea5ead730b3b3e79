namespace Kdd.Operator.Streaming;

/// <summary>Jittered exponential back-off of one stream: 0.2 s to 15 s, none before the first retry after data.</summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(15);

    private int _failures;

    /// <summary>An open that delivered a new byte, or stayed open 10 s, was none.</summary>
    public void Reset() => _failures = 0;

    /// <summary>How long to wait now; never less than the server asked for.</summary>
    public TimeSpan Next(TimeSpan? retryAfter = null)
    {
        int failures = _failures++;
        double exponential = failures == 0 ? 0 : Math.Min(Most.TotalSeconds, Least.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 16)));
        double jittered = exponential * (0.5 + (random.NextDouble() / 2));
        // Retry-After plus up to 1 s, so that a thousand streams do not come back in the same instant.
        return retryAfter is { } asked
            ? asked + TimeSpan.FromSeconds(Math.Max(jittered, random.NextDouble()))
            : TimeSpan.FromSeconds(jittered);
    }
}
