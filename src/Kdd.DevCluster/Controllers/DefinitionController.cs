using System.Text.Json.Nodes;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Controllers;

/// <summary>Serves what CustomResourceDefinitions define, sets their conditions, and clears their objects before they go.</summary>
internal sealed class DefinitionController(ObjectStore store, ResourceCatalog catalog, TimeProvider timeProvider) : BackgroundComponent
{
    // How often objects that finalizers hold are looked at again.
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(200);
    private static readonly Schema Schema = ModelSchemas.Of(typeof(k8s.Models.V1CustomResourceDefinition));
    private readonly HashSet<string> _cleaning = new(StringComparer.Ordinal);
    private static readonly ResourceKey Definitions = new("apiextensions.k8s.io", "customresourcedefinitions");

    protected override async Task RunAsync(CancellationToken stop)
    {
        await foreach (var change in store.WatchAsync(Definitions, null, stop))
        {
            if (change.Type == StoreEventType.Deleted)
            {
                var key = KeyOf(change.Object);
                catalog.Set(key, []);
                store.Table(key).EndWatches();
            }
            else if (store.Get(Definitions, null, change.Object.Name()) is { } crd)
            {
                Reconcile(crd, stop);
            }
        }
    }

    private static ResourceKey KeyOf(JsonObject crd) => new(crd.Str("spec", "group")!, crd.Str("spec", "names", "plural")!);

    private void Reconcile(JsonObject crd, CancellationToken stop)
    {
        var key = KeyOf(crd);
        if (crd["metadata"]?["deletionTimestamp"] is not null)
        {
            if (_cleaning.Add(crd.Uid()))
            {
                _ = RemoveObjectsAsync(crd, key, stop);
            }

            return;
        }

        var conflict = Conflict(crd, key);
        SetStatus(crd.Name(), obj => DefinitionStatus.SetNames(obj, conflict, Now));
        if (conflict is null)
        {
            Serve(crd, key);
            SetStatus(crd.Name(), obj => DefinitionStatus.SetEstablished(obj, Now));
        }
    }

    private string Now => ObjectRules.Timestamp(timeProvider);

    private void SetStatus(string name, Action<JsonObject> change) => store.Mutate(Definitions, null, name, obj =>
    {
        var before = (JsonObject)obj.DeepClone();
        change(obj);
        if (JsonNode.DeepEquals(before["status"], obj["status"]))
        {
            return false;
        }

        ManagedFields.Update(before, obj, Schema, new FieldWriter("kube-apiserver", "apiextensions.k8s.io/v1", "status", Now));
        return true;
    }, statusOnly: true);

    // Two definitions of a group may not share a plural, kind or list kind.
    private (string Reason, string Message)? Conflict(JsonObject crd, ResourceKey key)
    {
        foreach (var other in catalog.All.Where(r => r.Group == key.Group && r.Resource != key.Resource))
        {
            if (other.ListKind == crd.Str("spec", "names", "listKind"))
            {
                return ("ListKindConflict", $"\"{other.ListKind}\" is already in use");
            }

            if (other.Kind == crd.Str("spec", "names", "kind"))
            {
                return ("KindConflict", $"\"{other.Kind}\" is already in use");
            }
        }

        return null;
    }

    private void Serve(JsonObject crd, ResourceKey key)
    {
        var before = catalog.All.FirstOrDefault(r => r.IsCustom && r.Key == key);
        if (before is not null && JsonNode.DeepEquals(before.Definition!["spec"], crd["spec"]))
        {
            return;
        }

        var names = crd.Obj("spec", "names")!;
        var versions = crd.Arr("spec", "versions")!.OfType<JsonObject>().ToList();
        var storage = versions.First(v => v.Bool("storage") == true).Str("name")!;
        catalog.Set(key, versions.Where(v => v.Bool("served") == true).Select(version => new ApiResource
        {
            Group = key.Group,
            Version = version.Str("name")!,
            Resource = key.Resource,
            Kind = names.Str("kind")!,
            ListKindName = names.Str("listKind"),
            Singular = names.Str("singular") ?? "",
            Namespaced = crd.Str("spec", "scope") == "Namespaced",
            ShortNames = Strings(names.Arr("shortNames")),
            Categories = Strings(names.Arr("categories")),
            Subresources = [.. version.Obj("subresources")?.Select(s => s.Key) ?? []],
            Schema = new SchemaReader([]).Read(version.Obj("schema", "openAPIV3Schema")!, ""),
            Storage = key,
            StorageVersion = storage,
            Definition = crd,
            DefinitionVersion = version,
        }));
        var table = store.Table(key);
        if (before is null)
        {
            table.Compact(store.Revision); // nothing before can be watched
        }
        else
        {
            table.EndWatches();
        }
    }

    private async Task RemoveObjectsAsync(JsonObject crd, ResourceKey key, CancellationToken stop)
    {
        try
        {
            SetStatus(crd.Name(), obj => DefinitionStatus.SetCondition(
                obj.Child("status"), "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress", Now));
            while (true)
            {
                foreach (var obj in store.List(key))
                {
                    store.Delete(key, obj.Namespace(), obj.Name());
                }

                if (store.Table(key).Objects.Count == 0)
                {
                    break;
                }

                await Task.Delay(Recheck, timeProvider, stop);
            }

            store.Mutate(Definitions, null, crd.Name(), obj =>
            {
                var finalizers = obj.Arr("metadata", "finalizers");
                if (finalizers?.FirstOrDefault(f => f?.GetValue<string>() == TwoStepDeletion.DefinitionFinalizer) is not { } cleanup || !finalizers.Remove(cleanup))
                {
                    return false;
                }

                if (finalizers.Count == 0)
                {
                    catalog.Set(key, []); // who sees that the definition is gone finds nothing served by it any more
                }

                return true;
            });
        }
        catch (OperationCanceledException)
        {
            // The cluster stops.
        }
    }

    private static string[] Strings(JsonArray? array) => [.. array?.Select(v => v!.GetValue<string>()) ?? []];
}
