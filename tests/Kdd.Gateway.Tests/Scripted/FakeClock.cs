using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Scripted;

internal static class FakeClock
{
    /// <summary>Without it the clock outruns the deadlines of the requests that a step set off over real sockets.</summary>
    private static readonly TimeSpan RealTimePerStep = TimeSpan.FromMilliseconds(25);

    /// <summary>Lets fake time pass in steps until <paramref name="work"/> is done.</summary>
    public static async Task<T> PassUntilAsync<T>(this FakeTimeProvider time, Task<T> work, TimeSpan step)
    {
        while (!work.IsCompleted)
        {
            time.Advance(step);
            await Task.WhenAny(work, Task.Delay(RealTimePerStep, TimeProvider.System, TestContext.Current.CancellationToken));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        return await work;
    }
}
