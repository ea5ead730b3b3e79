namespace Kdd.DevCluster;

/// <summary>The system's clock, ahead by an offset; timers run as ever.</summary>
internal sealed class OffsetClock(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
}
