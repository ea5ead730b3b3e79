namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>A wall clock that stands at the time of a recording; timers run in real time.</summary>
internal sealed class RecordedClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 23, 13, 0, 50, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Set(DateTimeOffset now) => Interlocked.Exchange(ref _ticks, now.UtcTicks);
}
