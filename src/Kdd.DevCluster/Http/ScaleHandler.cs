using System.Text.Json.Nodes;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>The scale sub-resource: autoscaling/v1 Scale over spec.replicas and status.replicas.</summary>
internal sealed class ScaleHandler(ObjectStore store)
{
    public async Task HandleAsync(ApiRequest request, ApiResource resource)
    {
        var info = request.Info;
        var paths = ScalePaths.Of(resource);
        var stored = store.Get(resource.Storage, info.Namespace, info.Name) ?? throw Errors.NotFound(resource.Key, info.Name);
        var scale = View(resource, stored, paths);
        switch (info.Verb)
        {
            case "get":
                await request.WriteObjectAsync(200, scale);
                return;
            case "update":
                var body = await RequestBody.ReadAsync(request.Http);
                await WriteAsync(request, resource, RequestBody.Decode(body, RequestBody.MediaType(request.Http.Request), "Scale", null), paths);
                return;
            case "patch":
                var patch = PatchApplier.Read(await RequestBody.ReadAsync(request.Http), RequestBody.MediaType(request.Http.Request), resource with { Definition = null }, "scale");
                if (patch.Body is JsonArray operations)
                {
                    scale = JsonPatch.Apply(scale, operations);
                }
                else
                {
                    MergePatch.Apply(scale, (JsonObject)patch.Body);
                }

                await WriteAsync(request, resource, scale, paths);
                return;
            default:
                throw ResourceHandler.MethodNotAllowed();
        }
    }

    private async Task WriteAsync(ApiRequest request, ApiResource resource, JsonObject scale, ScalePaths paths)
    {
        var info = request.Info;
        var replicas = scale.Long("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            throw Errors.Invalid("autoscaling", "Scale", info.Name, [FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0")]);
        }

        var version = scale.Str("metadata", "resourceVersion");
        var options = WriteOptions.Of(request.Http.Request, "UpdateOptions");
        var current = store.Get(resource.Storage, info.Namespace, info.Name);
        var updated = options.DryRun ? current : store.Mutate(resource.Storage, info.Namespace, info.Name, obj =>
        {
            if (!string.IsNullOrEmpty(version) && version != obj.Str("metadata", "resourceVersion"))
            {
                throw Errors.Modified(resource.Key, info.Name);
            }

            obj.Child("spec")[paths.Replicas] = replicas;
            return true;
        });
        await request.WriteObjectAsync(200, View(resource, updated ?? throw Errors.NotFound(resource.Key, info.Name), paths));
    }

    private static JsonObject View(ApiResource resource, JsonObject obj, ScalePaths paths)
    {
        var metadata = new JsonObject();
        foreach (var key in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            metadata[key] = obj["metadata"]?[key]?.DeepClone();
        }

        var status = new JsonObject { ["replicas"] = obj.Long("status", paths.StatusReplicas) ?? 0 };
        if (!resource.IsCustom && obj.Obj("spec", "selector") is { } selector)
        {
            status["selector"] = SelectorText.Of(selector);
        }
        else if (paths.Selector is { } path && obj.Str("status", path) is { } stated)
        {
            status["selector"] = stated;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = obj.Long("spec", paths.Replicas) ?? 0 },
            ["status"] = status,
        };
    }

    // Only one-level paths below spec and status, as every CRD in use has them.
    private sealed record ScalePaths(string Replicas, string StatusReplicas, string? Selector)
    {
        public static ScalePaths Of(ApiResource resource) => resource.DefinitionVersion.Obj("subresources", "scale") is { } scale
            ? new(Last(scale.Str("specReplicasPath")), Last(scale.Str("statusReplicasPath")), scale.Str("labelSelectorPath") is { } selector ? Last(selector) : null)
            : new("replicas", "replicas", null);

        private static string Last(string? path) => path?.Split('.')[^1] ?? "replicas";
    }
}
