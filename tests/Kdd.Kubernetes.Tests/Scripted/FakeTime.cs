using Microsoft.Extensions.Time.Testing;

namespace Kdd.Kubernetes.Tests;

internal static class FakeTime
{
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
            await Task.WhenAny(task, Task.Run(Thread.Yield, cancellationToken));
        }

        await task;
    }
}
