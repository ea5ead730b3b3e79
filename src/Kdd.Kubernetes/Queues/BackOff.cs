namespace Kdd.Kubernetes.Queues;

/// <summary>Exponential back-off with full jitter upwards: the n-th delay is in [base·2ⁿ, 2·base·2ⁿ), never over <paramref name="Longest"/>.</summary>
/// <param name="First">The first delay.</param>
/// <param name="Longest">The cap.</param>
/// <param name="Jitter">0: none; 1: up to twice the delay, as client-go's reflector.</param>
public sealed record BackOff(TimeSpan First, TimeSpan Longest, double Jitter = 1.0)
{
    /// <summary>The delay after <paramref name="failures"/> failures in a row (1 = the first).</summary>
    /// <param name="random">In [0, 1).</param>
    public TimeSpan After(int failures, double random)
    {
        // 2^40 of the smallest base is past every cap: the exponent stays where the arithmetic is exact.
        double delay = First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 40)) * (1 + (Jitter * random));
        return TimeSpan.FromMilliseconds(Math.Min(delay, Longest.TotalMilliseconds));
    }
}
