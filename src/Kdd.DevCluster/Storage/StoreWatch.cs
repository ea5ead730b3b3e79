using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Kdd.DevCluster.Storage;

/// <summary>A watch inside the process: everything there is, then every change, and no end but cancellation.</summary>
internal static class StoreWatch
{
    /// <param name="table">What is watched.</param>
    /// <param name="snapshot">Number of changes and objects at one moment.</param>
    /// <param name="ns">One namespace; null for all.</param>
    /// <param name="ct">Ends the watch.</param>
    public static async IAsyncEnumerable<StoreEvent> RunAsync(
        ResourceTable table, Func<(long Count, ImmutableSortedSet<StoredObject> Objects)> snapshot, string? ns, [EnumeratorCancellation] CancellationToken ct)
    {
        var (index, known) = snapshot();
        foreach (var stored in known.Where(o => ns is null || o.Namespace == ns))
        {
            yield return new StoreEvent(StoreEventType.Added, stored.Object, null, stored.Revision);
        }

        while (true)
        {
            var changed = table.Changed;
            while (index < table.Count)
            {
                if (table.At(index) is not { } change)
                {
                    // Slower than the history is long: the difference between then and now stands for what was missed.
                    var (now, objects) = snapshot();
                    foreach (var difference in Difference(known, objects).Where(e => ns is null || e.Object.Namespace() == ns))
                    {
                        yield return difference;
                    }

                    (index, known) = (now, objects);
                    continue;
                }

                (index, known) = (index + 1, change.After);
                if (ns is null || change.Current.Namespace == ns)
                {
                    yield return new StoreEvent(change.Type, change.Current.Object, change.Previous?.Object, change.Revision);
                }
            }

            await changed.WaitAsync(ct);
        }
    }

    private static IEnumerable<StoreEvent> Difference(ImmutableSortedSet<StoredObject> then, ImmutableSortedSet<StoredObject> now)
    {
        foreach (var gone in then.Where(o => !now.Contains(o)))
        {
            yield return new StoreEvent(StoreEventType.Deleted, gone.Object, gone.Object, gone.Revision);
        }

        foreach (var current in now)
        {
            if (!then.TryGetValue(current, out var before))
            {
                yield return new StoreEvent(StoreEventType.Added, current.Object, null, current.Revision);
            }
            else if (before.Revision != current.Revision)
            {
                yield return new StoreEvent(StoreEventType.Modified, current.Object, before.Object, current.Revision);
            }
        }
    }
}
