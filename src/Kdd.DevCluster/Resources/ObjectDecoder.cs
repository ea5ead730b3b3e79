using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Turns a decoded body into an object of a resource: version and kind fit, unknown fields are gone, defaults are set.</summary>
internal static class ObjectDecoder
{
    /// <summary>Checks that the object is of the resource's version and kind.</summary>
    /// <exception cref="ApiException">400 for another version or kind.</exception>
    public static void CheckKind(JsonObject obj, ApiResource resource)
    {
        var (apiVersion, kind) = (obj.Str("apiVersion"), obj.Str("kind"));
        if (!resource.IsCustom)
        {
            obj["apiVersion"] = apiVersion = string.IsNullOrEmpty(apiVersion) ? resource.ApiVersion : apiVersion;
            obj["kind"] = kind = string.IsNullOrEmpty(kind) ? resource.Kind : kind;
        }

        if (string.IsNullOrEmpty(kind))
        {
            throw Errors.BadRequest($"the object provided is unrecognized (must be of type {resource.Kind}): Object 'Kind' is missing in '{obj.ToJsonString()}'");
        }

        if (apiVersion != resource.ApiVersion)
        {
            throw Errors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})");
        }

        if (kind != resource.Kind)
        {
            throw Errors.BadRequest(resource.IsCustom
                ? $"the kind in the data ({kind}) does not match the expected kind ({resource.Kind})"
                : $"{kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: converting (v1.{kind}) to (v1.{resource.Kind}): unknown conversion");
        }
    }

    /// <summary>Prunes, checks types of built-in kinds, and fills defaults.</summary>
    /// <param name="obj">Changed in place.</param>
    /// <param name="resource">Its resource.</param>
    /// <param name="fieldValidation">Ignore, Warn or Strict.</param>
    /// <param name="duplicates">Paths of repeated keys.</param>
    /// <param name="warnings">Gets a text for each field that is dropped, when fieldValidation is Warn.</param>
    /// <exception cref="ApiException">400 for unknown fields when Strict, and for values of another type in built-in kinds.</exception>
    public static void Normalise(JsonObject obj, ApiResource resource, string fieldValidation, IReadOnlyList<string> duplicates, List<string> warnings)
    {
        var unknown = new List<string>();
        if (!resource.IsCustom && BuiltInDecoding.Decode(obj, resource.Schema, "") is { } complaint)
        {
            throw CannotBeHandled(resource, complaint);
        }

        if (resource.IsCustom && obj["metadata"] is JsonObject metadata
            && BuiltInDecoding.Decode(metadata, ModelSchemas.Of(typeof(k8s.Models.V1ObjectMeta)), "metadata") is { } metadataComplaint)
        {
            throw CannotBeHandled(resource, metadataComplaint);
        }

        Pruning.PruneObject(obj, resource.Schema, unknown);
        List<string> found = [.. duplicates.Select(d => $"duplicate field \"{d}\""), .. unknown.Order(StringComparer.Ordinal).Select(u => $"unknown field \"{u}\"")];
        if (found.Count > 0 && fieldValidation == "Strict")
        {
            throw CannotBeHandled(resource, $"strict decoding error: {string.Join(", ", found)}");
        }

        if (fieldValidation == "Warn")
        {
            warnings.AddRange(found);
        }

        if (resource.IsCustom)
        {
            Defaulting.Apply(obj, resource.Schema);
        }
        else
        {
            BuiltInDefaults.Apply(resource.Storage, obj);
        }
    }

    private static ApiException CannotBeHandled(ApiResource resource, string why) =>
        Errors.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {why}");
}
