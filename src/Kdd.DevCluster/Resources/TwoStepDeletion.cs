using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Namespaces and CustomResourceDefinitions go in two steps: marked, then removed when what they hold is gone.</summary>
internal static class TwoStepDeletion
{
    /// <summary>Holds a CustomResourceDefinition until its objects are gone.</summary>
    public const string DefinitionFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>Whether a resource is deleted this way.</summary>
    public static bool Concerns(ResourceKey type) => type is ("", "namespaces") or ("apiextensions.k8s.io", "customresourcedefinitions");

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
            if (type.Resource == "namespaces")
            {
                marked.Child("status")["phase"] = "Terminating";
            }
            else
            {
                MarkDefinition(marked);
            }

            return store.Replace(type, found, marked);
        });
        return true;
    }

    private static void MarkDefinition(JsonObject crd)
    {
        var metadata = crd.Metadata();
        if (metadata.Arr("finalizers") is not { } finalizers)
        {
            metadata["finalizers"] = finalizers = [];
        }

        if (!finalizers.Any(f => f?.GetValue<string>() == DefinitionFinalizer))
        {
            finalizers.Add((JsonNode)DefinitionFinalizer);
        }

        Controllers.DefinitionStatus.SetCondition(crd.Child("status"), "Terminating", true, "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", metadata.Str("deletionTimestamp")!);
    }
}
