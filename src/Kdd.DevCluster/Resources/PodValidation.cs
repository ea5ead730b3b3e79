using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>The rules of a PodSpec that users break.</summary>
internal static class PodValidation
{
    private static readonly string[] RestartPolicies = ["Always", "OnFailure", "Never"];

    public static void Validate(JsonObject? spec, string path, List<FieldError> errors)
    {
        var containers = spec.Arr("containers");
        if (containers is not { Count: > 0 })
        {
            errors.Add(FieldError.Required($"{path}.containers"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var volumes = spec.Arr("volumes")?.OfType<JsonObject>().Select(v => v.Str("name") ?? "").ToHashSet() ?? [];
        Containers(spec.Arr("initContainers"), $"{path}.initContainers", names, volumes, errors);
        Containers(containers, $"{path}.containers", names, volumes, errors);
        if (spec.Str("restartPolicy") is { } policy && !RestartPolicies.Contains(policy))
        {
            errors.Add(FieldError.NotSupported($"{path}.restartPolicy", policy, RestartPolicies));
        }
    }

    private static void Containers(JsonArray? containers, string path, HashSet<string> names, HashSet<string> volumes, List<FieldError> errors)
    {
        for (var i = 0; i < (containers?.Count ?? 0); i++)
        {
            var (container, at) = (containers![i] as JsonObject ?? [], $"{path}[{i}]");
            if (container.Str("name") is not { Length: > 0 } name)
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }
            else if (!Names.IsLabel(name))
            {
                errors.Add(FieldError.Invalid($"{at}.name", name, Names.LabelRule));
            }
            else if (!names.Add(name))
            {
                errors.Add(new FieldError("FieldValueDuplicate", $"{at}.name", $"Duplicate value: \"{name}\""));
            }

            if (container.Str("image") is not { Length: > 0 })
            {
                errors.Add(FieldError.Required($"{at}.image"));
            }

            var index = 0;
            foreach (var mount in container.Arr("volumeMounts")?.OfType<JsonObject>() ?? [])
            {
                if (!volumes.Contains(mount.Str("name") ?? ""))
                {
                    errors.Add(new FieldError("FieldValueNotFound", $"{at}.volumeMounts[{index}].name", $"Not found: \"{mount.Str("name")}\""));
                }

                index++;
            }
        }
    }
}
