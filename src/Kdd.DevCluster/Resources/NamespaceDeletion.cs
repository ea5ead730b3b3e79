using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>A namespace goes in two steps: marked Terminating, then removed when its content is gone and spec.finalizers is empty.</summary>
internal static class NamespaceDeletion
{
    public static bool Mark(
        ObjectStore store, ResourceKey type, string name, DeleteOptions options, out StoredObject? last, out bool removed)
    {
        removed = false;
        last = store.Find(type, null, name);
        if (last is null)
        {
            return false;
        }

        ObjectRules.CheckPreconditions(type, last, options);
        if (options.DryRun)
        {
            return true;
        }

        store.Mutate(type, null, name, ns =>
        {
            if (ns["metadata"]?["deletionTimestamp"] is not null)
            {
                return false;
            }

            store.MarkDeleted(ns);
            ns.Child("status")["phase"] = "Terminating";
            return true;
        });
        last = store.Find(type, null, name) ?? last;
        return true;
    }
}
