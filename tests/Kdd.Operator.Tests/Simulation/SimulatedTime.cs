namespace Kdd.Operator.Tests.Simulation;

/// <summary>A clock that stands still until the simulation has nothing else to do, then goes to the next timer.</summary>
internal sealed class SimulatedTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<SimulatedTimer, (long Due, long Order)> _timers = new();
    private readonly Lock _lock = new();
    private long _order;

    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>Unix ns.</summary>
    public long Nanoseconds => (Now - DateTimeOffset.UnixEpoch).Ticks * 100;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, () => callback(state), period);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to the next timer and fires it; false when there is none before <paramref name="limit"/>.</summary>
    public bool FireNext(DateTimeOffset limit)
    {
        while (true)
        {
            SimulatedTimer? timer;
            lock (_lock)
            {
                if (!_timers.TryPeek(out timer, out (long Due, long Order) next) || next.Due > limit.UtcTicks)
                {
                    Now = Now > limit ? Now : limit;
                    return false;
                }

                _timers.Dequeue();
                if (timer.Order != next.Order)
                {
                    continue;
                }

                Now = next.Due > Now.UtcTicks ? new DateTimeOffset(next.Due, TimeSpan.Zero) : Now;
            }

            timer.Fire();
            return true;
        }
    }

    private sealed class SimulatedTimer(SimulatedTime time, Action callback, TimeSpan period) : ITimer
    {
        /// <summary>Of the one entry in the queue that counts; 0 for none.</summary>
        public long Order { get; private set; }

        public void Fire()
        {
            Order = 0;
            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time._lock)
            {
                Order = dueTime == Timeout.InfiniteTimeSpan ? 0 : ++time._order;
                if (Order != 0)
                {
                    time._timers.Enqueue(this, (time.Now.UtcTicks + dueTime.Ticks, Order));
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
