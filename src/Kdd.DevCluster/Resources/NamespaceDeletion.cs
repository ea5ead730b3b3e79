using System.Text.Json.Nodes;
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

        var current = last;
        last = store.Locked(() =>
        {
            var found = store.Find(type, null, name) ?? current;
            if (found.Object["metadata"]?["deletionTimestamp"] is not null)
            {
                return found;
            }

            var marked = (JsonObject)found.Object.DeepClone();
            store.MarkDeleted(marked);
            marked.Child("status")["phase"] = "Terminating";
            return store.Replace(type, found, marked);
        });
        return true;
    }
}
