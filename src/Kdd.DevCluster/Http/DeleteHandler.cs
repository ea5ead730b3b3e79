using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>DELETE of one object and of collections.</summary>
internal sealed class DeleteHandler(ObjectStore store)
{
    // Kinds that answer with the deleted object instead of a Status (ReturnDeletedObject).
    private static readonly HashSet<ResourceKey> ReturnObject =
        [new("", "pods"), new("", "services"), new("", "serviceaccounts"), new("", "persistentvolumeclaims"), new("", "persistentvolumes"), new("", "resourcequotas"), new("", "podtemplates")];

    public async Task DeleteAsync(ApiRequest request, ApiResource resource)
    {
        var info = request.Info;
        var options = await ReadOptionsAsync(request);
        var ns = resource.Namespaced ? info.Namespace : null;
        if (!Delete(resource, ns, info.Name, options, out var last, out var removed))
        {
            throw Errors.NotFound(resource.Key, info.Name);
        }

        if (removed && !ReturnObject.Contains(resource.Storage))
        {
            var details = Errors.Details(resource.Key, info.Name);
            details["uid"] = last!.Object.Uid();
            await request.WriteObjectAsync(200, Statuses.Success(details));
            return;
        }

        await request.WriteObjectAsync(200, ObjectViews.Of(resource, last!.Object));
    }

    public async Task DeleteCollectionAsync(ApiRequest request, ApiResource resource)
    {
        var query = request.Http.Request.Query;
        var options = await ReadOptionsAsync(request);
        var scope = new WatchScope(
            resource.Namespaced ? request.Info.Namespace : "",
            LabelSelector.Parse(query["labelSelector"]),
            FieldSelector.Parse(query["fieldSelector"], resource.Storage, ReadHandler.SelectableFields(resource)));
        var items = new JsonArray();
        var doomed = store.Table(resource.Storage).Objects.Where(scope.Matches).ToList();
        foreach (var item in doomed)
        {
            if (Delete(resource, item.Namespace.Length == 0 ? null : item.Namespace, item.Name, options, out _, out _))
            {
                items.Add((JsonNode)ListItems.Of(resource, ObjectViews.Of(resource, item.Object)));
            }
        }

        var metadata = new JsonObject { ["resourceVersion"] = ObjectStore.Format(store.Revision) };
        if (resource.IsCustom)
        {
            metadata["continue"] = "";
        }

        await request.WriteObjectAsync(200, new JsonObject
        {
            ["apiVersion"] = resource.ApiVersion,
            ["kind"] = resource.ListKind,
            ["metadata"] = metadata,
            ["items"] = items,
        });
    }

    private bool Delete(ApiResource resource, string? ns, string name, DeleteOptions options, out StoredObject? last, out bool removed)
    {
        if (TwoStepDeletion.Concerns(resource.Storage))
        {
            return TwoStepDeletion.Mark(store, resource.Storage, name, options, out last, out removed);
        }

        return store.TryDelete(resource.Storage, ns, name, options, out last, out removed);
    }

    private static async Task<DeleteOptions> ReadOptionsAsync(ApiRequest request)
    {
        var query = request.Http.Request.Query;
        var body = await RequestBody.ReadAsync(request.Http);
        JsonObject options = [];
        if (body.Length > 0)
        {
            options = RequestBody.Decode(body, RequestBody.MediaType(request.Http.Request), "DeleteOptions", null);
        }

        var policy = options.Str("propagationPolicy") ?? query["propagationPolicy"].ToString();
        if (policy is not ("" or "Orphan" or "Background" or "Foreground"))
        {
            throw Errors.Invalid("meta.k8s.io", "DeleteOptions", "", [FieldError.NotSupported("propagationPolicy", policy, ["Background", "Foreground", "Orphan"])]);
        }

        if (options.Bool("orphanDependents") == true || query["orphanDependents"] == "true")
        {
            policy = "Orphan";
        }

        return new DeleteOptions
        {
            GracePeriodSeconds = options.Long("gracePeriodSeconds") ?? WriteOptions.Number(request.Http.Request, "gracePeriodSeconds"),
            PropagationPolicy = policy.Length == 0 ? null : policy,
            PreconditionUid = options.Str("preconditions", "uid"),
            PreconditionResourceVersion = options.Str("preconditions", "resourceVersion"),
            DryRun = options.Arr("dryRun") is { Count: > 0 } || query["dryRun"].Contains("All"),
        };
    }
}
