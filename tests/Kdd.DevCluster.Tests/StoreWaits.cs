using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests;

/// <summary>Waits on a store's own changes. Compiled into the tests of the operator as well.</summary>
internal static class StoreWaits
{
    /// <summary>How long a busy machine may take, not how long things take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Waits until an object that was there is gone.</summary>
    public static async Task DeletionAsync(this ObjectStore store, ResourceKey type, string? ns, string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using IAsyncEnumerator<StoreEvent> changes = store.WatchAsync(type, ns, limit.Token).GetAsyncEnumerator(limit.Token);
        while (true)
        {
            // The watch has begun when the object is looked for: its deletion is an event to come, or it is gone.
            Task<bool> next = changes.MoveNextAsync().AsTask();
            if (store.Get(type, ns, name) is null)
            {
                await limit.CancelAsync();
                await Task.WhenAny(next);
                return;
            }

            await next;
        }
    }
}
