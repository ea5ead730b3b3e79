using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>apimachinery's ValidateObjectMeta and ValidateObjectMetaUpdate.</summary>
internal static class MetadataValidation
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static List<FieldError> Validate(ApiResource resource, JsonObject obj)
    {
        var errors = new List<FieldError>();
        var metadata = obj.Obj("metadata") ?? [];
        var label = resource.Storage is ("", "namespaces" or "services");
        var free = resource.Group == "rbac.authorization.k8s.io"; // names may hold colons
        if (metadata.Str("generateName") is { Length: > 0 } prefix && !free)
        {
            // A prefix may end in a dash, since a suffix follows.
            var name = prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix;
            CheckName(prefix, name, "metadata.generateName", label, errors);
        }

        if (metadata.Str("name") is not { Length: > 0 } given)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (free)
        {
            if (given is "." or ".." || given.Contains('/', StringComparison.Ordinal) || given.Contains('%', StringComparison.Ordinal))
            {
                errors.Add(FieldError.Invalid("metadata.name", given, "may not contain '/' or '%'"));
            }
        }
        else
        {
            CheckName(given, given, "metadata.name", label, errors);
        }

        CheckLabels(metadata.Obj("labels"), errors);
        CheckAnnotations(metadata.Obj("annotations"), errors);
        CheckOwners(metadata.Arr("ownerReferences"), errors);
        foreach (var finalizer in metadata.Arr("finalizers") ?? [])
        {
            if (finalizer?.GetValue<string>() is { } text && !Names.IsQualifiedName(text))
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", text, Names.QualifiedNameRule));
            }
        }

        return errors;
    }

    public static List<FieldError> ValidateUpdate(JsonObject old, JsonObject next)
    {
        var errors = new List<FieldError>();
        if (old["metadata"]?["deletionTimestamp"] is null)
        {
            return errors;
        }

        var before = old.Arr("metadata", "finalizers")?.Select(f => f!.GetValue<string>()).ToHashSet() ?? [];
        var added = next.Arr("metadata", "finalizers")?.Select(f => f!.GetValue<string>()).Where(f => !before.Contains(f)).ToList() ?? [];
        if (added.Count > 0)
        {
            var list = string.Join(", ", added.Select(f => $"\"{f}\""));
            var error = FieldError.Forbidden("metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{list}}}");
            errors.AddRange([error, error]); // the API server checks it twice
        }

        return errors;
    }

    private static void CheckName(string shown, string name, string field, bool label, List<FieldError> errors)
    {
        if (label ? !Names.IsLabel(name) : !Names.IsSubdomain(name))
        {
            var tooLong = name.Length > (label ? 63 : 253);
            errors.Add(FieldError.Invalid(field, shown, tooLong ? $"must be no more than {(label ? 63 : 253)} bytes" : label ? Names.LabelRule : Names.SubdomainRule));
        }
    }

    private static void CheckLabels(JsonObject? labels, List<FieldError> errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (!Names.IsQualifiedName(key))
            {
                errors.Add(FieldError.Invalid("metadata.labels", key, Names.QualifiedNameRule));
            }

            if (value is JsonValue text && text.TryGetValue<string>(out var s) && !Names.IsLabelValue(s))
            {
                errors.Add(FieldError.Invalid("metadata.labels", s, s.Length > 63 ? "must be no more than 63 bytes" : Names.LabelValueRule));
            }
        }
    }

    private static void CheckAnnotations(JsonObject? annotations, List<FieldError> errors)
    {
        var size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            size += key.Length + (value?.ToString().Length ?? 0);
            if (!Names.IsQualifiedName(key.ToLowerInvariant()))
            {
                errors.Add(FieldError.Invalid("metadata.annotations", key, Names.QualifiedNameRule));
            }
        }

        if (size > MaxAnnotationBytes)
        {
            errors.Add(new FieldError("FieldValueTooLong", "metadata.annotations", $"Too long: may not be more than {MaxAnnotationBytes} bytes"));
        }
    }

    private static void CheckOwners(JsonArray? owners, List<FieldError> errors)
    {
        var index = 0;
        foreach (var owner in owners?.OfType<JsonObject>() ?? [])
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Str(field) is not { Length: > 0 })
                {
                    errors.Add(FieldError.Invalid($"metadata.ownerReferences[{index}].{field}", "", $"{field} must not be empty"));
                }
            }

            index++;
        }
    }
}
