using System.IO.Pipelines;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Floods;

/// <summary>
/// The log of a flood: computed, not stored. With a rate, line n was written at start + n / rate whoever reads, so tail, since and
/// resume behave as with a file that holds everything. Without, each line is written when it is read, numbered on over all readers.
/// </summary>
internal sealed class FloodSource(FloodSettings settings, NodeClock clock, TimeProvider timeProvider)
{
    private const int BlockSize = 64 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly long _start = clock.Nanoseconds;
    private long _next = 1;

    /// <summary>Completes when all lines are written; never for an endless flood.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) => settings is { Lines: { } lines, Rate: > 0 }
        ? Task.Delay(TimeSpan.FromSeconds(lines / settings.Rate), timeProvider, cancellationToken)
        : Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken);

    /// <summary>Serves a request.</summary>
    public Task CopyToAsync(PipeWriter output, PodLogOptions options, CancellationToken cancellationToken) => settings.Rate > 0
        ? CopyScheduledAsync(output, options, cancellationToken)
        : CopyUnlimitedAsync(output, options, cancellationToken);

    private async Task CopyUnlimitedAsync(PipeWriter output, PodLogOptions options, CancellationToken cancellationToken)
    {
        var block = new FloodBlock(settings.Text(), options.Timestamps, BlockSize);
        long last = settings.Lines ?? long.MaxValue;
        while (true)
        {
            long first = Interlocked.Add(ref _next, block.Capacity) - block.Capacity;
            int count = (int)Math.Min(block.Capacity, last - first + 1);
            if (count <= 0)
            {
                return;
            }
            await output.WriteAsync(block.Fill(first, count, clock.Nanoseconds - first, step: 1), cancellationToken);
        }
    }

    private async Task CopyScheduledAsync(PipeWriter output, PodLogOptions options, CancellationToken cancellationToken)
    {
        var block = new FloodBlock(settings.Text(), options.Timestamps, BlockSize);
        double step = LogTime.Second / settings.Rate;
        long next = Math.Max(1, options.TailLines is { } tail ? Written() - tail + 1 : 1);
        if (options.SinceNanoseconds > _start)
        {
            next = Math.Max(next, (long)Math.Ceiling((options.SinceNanoseconds - _start) / step));
        }
        while (true)
        {
            long written = Written();
            while (next <= written)
            {
                int count = (int)Math.Min(block.Capacity, written - next + 1);
                await output.WriteAsync(block.Fill(next, count, _start, step), cancellationToken);
                next += count;
            }
            if (!options.Follow || next > (settings.Lines ?? long.MaxValue))
            {
                return;
            }
            await Task.Delay(Tick, timeProvider, cancellationToken);
        }
    }

    private long Written() =>
        Math.Min(settings.Lines ?? long.MaxValue, (long)((clock.Nanoseconds - _start) * settings.Rate / LogTime.Second));
}
