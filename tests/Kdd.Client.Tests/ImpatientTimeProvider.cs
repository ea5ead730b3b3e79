namespace Kdd.Client.Tests;

/// <summary>A clock on which waits are over at once, but for those longer than any reconnect: time-outs of what never falls silent.</summary>
internal sealed class ImpatientTimeProvider : TimeProvider
{
    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(30);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime <= LongestReconnect)
        {
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new FiredTimer();
    }

    private sealed class FiredTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
