using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Rules of CustomResourceDefinitions.</summary>
internal static class DefinitionValidation
{
    public static void Validate(JsonObject crd, List<FieldError> errors)
    {
        var spec = crd.Obj("spec") ?? [];
        var (plural, group) = (spec.Str("names", "plural") ?? "", spec.Str("group") ?? "");
        if (crd.Name() != $"{plural}.{group}")
        {
            errors.Add(FieldError.Invalid("metadata.name", crd.Name(), "must be spec.names.plural+\".\"+spec.group"));
        }

        if (group.Length == 0)
        {
            errors.Add(FieldError.Required("spec.group"));
        }

        if (spec.Str("scope") is not ("Namespaced" or "Cluster"))
        {
            errors.Add(FieldError.NotSupported("spec.scope", spec["scope"], ["Cluster", "Namespaced"]));
        }

        foreach (var name in (ReadOnlySpan<string>)["plural", "kind"])
        {
            if (spec.Str("names", name) is not { Length: > 0 })
            {
                errors.Add(FieldError.Required($"spec.names.{name}"));
            }
        }

        Versions(spec.Arr("versions")?.OfType<JsonObject>().ToList() ?? [], errors);
    }

    private static void Versions(List<JsonObject> versions, List<FieldError> errors)
    {
        if (versions.Count(v => v.Bool("storage") == true) != 1)
        {
            errors.Add(FieldError.Invalid("spec.versions", new JsonArray(), "must have exactly one version marked as storage version"));
        }

        for (var i = 0; i < versions.Count; i++)
        {
            // A schema that all versions share is reported at its old place.
            var path = versions.Count == 1 ? "spec.validation.openAPIV3Schema" : $"spec.versions[{i}].schema.openAPIV3Schema";
            if (versions[i].Obj("schema", "openAPIV3Schema") is { } schema)
            {
                new SchemaReader(errors).Read(schema, path);
            }
            else
            {
                errors.Add(FieldError.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required"));
            }
        }
    }
}
