using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>A decoded patch.</summary>
/// <param name="MediaType">How it is to be applied.</param>
/// <param name="Body">The patch.</param>
internal sealed record Patch(string MediaType, JsonNode Body)
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string ApplyYaml = "application/apply-patch+yaml";

    /// <summary>A server-side apply.</summary>
    public bool IsApply => MediaType == ApplyYaml;

    /// <summary>Whether the patch is meant for one version of the object.</summary>
    public bool NamesVersion => Body is JsonObject obj && obj.Str("metadata", "resourceVersion") is { Length: > 0 };
}

/// <summary>Decodes patches by their media type and applies them.</summary>
internal static class PatchApplier
{
    /// <exception cref="ApiException">415 for a media type that the resource does not take, 400 malformed, 422 apply without a manager.</exception>
    public static Patch Read(byte[] body, string mediaType, ApiResource resource, string fieldManager)
    {
        string[] accepted = resource.IsCustom
            ? [Patch.Json, Patch.Merge, Patch.ApplyYaml]
            : [Patch.Json, Patch.Merge, Patch.Strategic, Patch.ApplyYaml];
        if (!accepted.Contains(mediaType))
        {
            throw RequestBody.UnsupportedMediaType(string.Join(", ", accepted));
        }

        if (mediaType == Patch.ApplyYaml && fieldManager.Length == 0)
        {
            throw Errors.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]);
        }

        try
        {
            var node = mediaType == Patch.ApplyYaml ? Yaml.Parse(body, null) : Json.Parse(body);
            return (mediaType, node) switch
            {
                (Patch.Json, JsonArray) => new Patch(mediaType, node),
                (not Patch.Json, JsonObject) => new Patch(mediaType, node),
                _ => throw Errors.BadRequest($"error decoding patch: a {mediaType} body must be a JSON {(mediaType == Patch.Json ? "array" : "object")}"),
            };
        }
        catch (Exception e) when (e is JsonException or YamlDotNet.Core.YamlException)
        {
            throw Errors.BadRequest($"error decoding patch: {e.Message}");
        }
    }

    /// <summary>The object after a JSON, merge or strategic merge patch.</summary>
    public static JsonObject Patched(Patch patch, JsonObject current, ApiResource resource)
    {
        if (patch.Body is JsonArray operations)
        {
            return JsonPatch.Apply(current, operations);
        }

        var next = (JsonObject)current.DeepClone();
        if (patch.MediaType == Patch.Merge)
        {
            MergePatch.Apply(next, (JsonObject)patch.Body);
        }
        else
        {
            StrategicMergePatch.Apply(next, (JsonObject)patch.Body, FieldWalk.WithMetadata(resource.Schema));
        }

        // Every round gets a tree of its own, parsed as if it had come in.
        return (JsonObject)Json.Parse(Json.ToUtf8(next))!;
    }

    /// <summary>The object after a server-side apply, its managedFields included.</summary>
    /// <exception cref="ApiException">400, 409 with the conflicts, 500 for a field that the schema does not know.</exception>
    public static JsonObject Apply(Patch patch, JsonObject? live, ApiResource resource, RequestInfo info, FieldWriter writer, bool force)
    {
        var config = (JsonObject)patch.Body.DeepClone();
        if (config.ContainsKey("metadata") && config["metadata"]?["managedFields"] is JsonArray { Count: > 0 })
        {
            throw Errors.BadRequest("metadata.managedFields must be nil");
        }

        ObjectDecoder.CheckKind(config, resource);
        if (config.Name() is { Length: > 0 } name && name != info.Name)
        {
            throw Errors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({info.Name})");
        }

        TypedCheck.Check(config, resource.Schema);
        var version = config.Str("metadata", "resourceVersion");
        if (version is { Length: > 0 } && version != live?.Str("metadata", "resourceVersion"))
        {
            throw Errors.Modified(resource.Key, info.Name);
        }

        config.Metadata()["name"] = info.Name;
        config.Metadata().Remove("resourceVersion");
        Restrict(config, resource, info.Subresource);
        var view = live is null ? null : ObjectViews.Of(resource, live);
        return (JsonObject)Json.Parse(Json.ToUtf8(ManagedFields.Apply(view, config, resource.Schema, writer, force)))!;
    }

    // A main apply does not own the status, a status apply owns nothing else.
    private static void Restrict(JsonObject config, ApiResource resource, string subresource)
    {
        if (subresource == "status")
        {
            foreach (var key in config.Select(p => p.Key).Where(k => k is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
            {
                config.Remove(key);
            }

            foreach (var key in config.Metadata().Select(p => p.Key).Where(k => k is not ("name" or "namespace")).ToList())
            {
                config.Metadata().Remove(key);
            }
        }
        else if (resource.HasStatus)
        {
            config.Remove("status");
        }
    }
}
