using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Kubelet;

/// <summary>A node's clock: the cluster's, and what it is off by. The skew can change while containers run.</summary>
public sealed class NodeClock(TimeProvider timeProvider, TimeSpan skew)
{
    private long _skew = skew.Ticks;

    /// <summary>What the clock is ahead by; negative when it is behind.</summary>
    public TimeSpan Skew
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _skew));
        set => Interlocked.Exchange(ref _skew, value.Ticks);
    }

    /// <summary>The node's time in nanoseconds since the Unix epoch: what its log records bear.</summary>
    public long Nanoseconds => LogTime.From(timeProvider.GetUtcNow() + Skew);
}
