using Xunit;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>Waits for what only asking again can tell.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <param name="condition">Asked every 100 ms.</param>
    /// <param name="failure">Why it can no longer become true; null while it can.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string?> failure)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!await condition())
        {
            Assert.True(failure() is null, failure());
            Assert.False(patience.IsCancellationRequested, $"it did not become so within {Patience.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
