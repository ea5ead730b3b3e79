namespace Kdd.Hosting;

/// <summary>
/// Gives back what a rush took once it is over: a start with thousands of LogViews, a thousand viewers at once. The collector
/// keeps the rush's garbage as room for the next one, and where little is allocated it does not look again for hours: as much
/// memory as everything that stays, which the container is charged for. Compiled into operator and gateway.
/// </summary>
internal sealed class QuietMemory(TimeProvider timeProvider) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rush = new Rush();
        using var timer = new PeriodicTimer(Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (rush.IsOver(GC.GetTotalAllocatedBytes()))
            {
                // Some 50 ms, when nobody is in a hurry.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }

    /// <summary>Tells from the bytes allocated since the start, looked at once an interval, when much was allocated and then little.</summary>
    internal struct Rush
    {
        /// <summary>Less garbage than this is not worth a pause.</summary>
        internal const long Worth = 16 << 20;

        /// <summary>What a process that only keeps its streams open allocates in an interval, and some more.</summary>
        internal const long Quiet = 2 << 20;

        private long _atLast;
        private long _given;

        public bool IsOver(long allocated)
        {
            bool quiet = allocated - _atLast < Quiet;
            _atLast = allocated;
            if (!quiet || allocated - _given < Worth)
            {
                return false;
            }

            _given = allocated;
            return true;
        }
    }
}
