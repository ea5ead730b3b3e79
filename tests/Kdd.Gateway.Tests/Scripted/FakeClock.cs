using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Scripted;

internal static class FakeClock
{
    /// <summary>Lets fake time pass in steps until the work is done: real I/O in between finds its time.</summary>
    public static async Task<T> PassUntilAsync<T>(this FakeTimeProvider time, Task<T> work, TimeSpan step)
    {
        while (!work.IsCompleted)
        {
            time.Advance(step);
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        return await work;
    }
}
