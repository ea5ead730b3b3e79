using Microsoft.Extensions.Time.Testing;

namespace Kdd.Kubernetes.Tests;

internal static class FakeTime
{
    private static readonly TimeSpan RealTimePerStep = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Lets time pass step by step until <paramref name="task"/> completes. Between two steps other threads get their turn:
    /// whether a timer is set before or after a step only shifts by how much it is overshot.
    /// </summary>
    public static async Task AdvanceUntilAsync(this FakeTimeProvider time, Task task, TimeSpan step, CancellationToken cancellationToken)
    {
        while (!task.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            time.Advance(step);

            // What a step set off crosses a real socket: without real time in between, the clock outruns the request's own deadline.
            await Task.WhenAny(task, Task.Delay(RealTimePerStep, TimeProvider.System, cancellationToken));
        }

        await task;
    }
}
