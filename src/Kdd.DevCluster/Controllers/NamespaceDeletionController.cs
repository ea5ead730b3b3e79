using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Controllers;

/// <summary>Empties a namespace that is being deleted, then lets it go.</summary>
internal sealed class NamespaceDeletionController(ObjectStore store, ResourceCatalog catalog, TimeProvider timeProvider) : BackgroundComponent
{
    // How often a namespace that finalizers or stopping pods hold is looked at again.
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(200);
    private static readonly ResourceKey Namespaces = new("", "namespaces");

    protected override async Task RunAsync(CancellationToken stop)
    {
        await foreach (var change in store.WatchAsync(Namespaces, null, stop))
        {
            var marked = change.Type != StoreEventType.Deleted && change.Object["metadata"]?["deletionTimestamp"] is not null;
            if (marked && change.Previous?["metadata"]?["deletionTimestamp"] is null)
            {
                _ = EmptyAsync(change.Object.Name(), stop);
            }
        }
    }

    private async Task EmptyAsync(string ns, CancellationToken stop)
    {
        try
        {
            while (!DeleteContent(ns))
            {
                await Task.Delay(Recheck, timeProvider, stop);
            }

            store.Mutate(Namespaces, null, ns, obj => obj["spec"]?.AsObject().Remove("finalizers") == true);
        }
        catch (OperationCanceledException)
        {
            // The cluster stops.
        }
    }

    private bool DeleteContent(string ns)
    {
        var empty = true;
        foreach (var type in catalog.All.Where(r => r is { Namespaced: true, HasStorage: true }).Select(r => r.Storage).Distinct())
        {
            foreach (var obj in store.List(type, ns))
            {
                if (obj["metadata"]?["deletionTimestamp"] is null)
                {
                    store.Delete(type, ns, obj.Name());
                }

                empty &= store.Get(type, ns, obj.Name()) is null;
            }
        }

        return empty;
    }
}
