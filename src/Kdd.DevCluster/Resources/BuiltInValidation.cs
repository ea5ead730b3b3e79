using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>The rules of built-in kinds that users break: names, containers, selectors, immutable fields.</summary>
internal static class BuiltInValidation
{
    public static List<FieldError> Validate(ApiResource resource, JsonObject obj, JsonObject? old)
    {
        var errors = new List<FieldError>();
        switch (resource.Storage)
        {
            case ("", "pods"):
                PodValidation.Validate(obj.Obj("spec"), "spec", errors);
                break;
            case ("apps", "deployments" or "replicasets" or "statefulsets" or "daemonsets"):
                Workload(obj, old, errors);
                break;
            case ("batch", "jobs"):
                Job(obj.Obj("spec"), "spec", errors);
                break;
            case ("batch", "cronjobs"):
                CronJob(obj.Obj("spec"), errors);
                break;
            case ("", "services"):
                Service(obj.Obj("spec"), errors);
                break;
            case ("", "events"):
                EventValidation.Validate(obj, old, errors);
                break;
            case ("apiextensions.k8s.io", "customresourcedefinitions"):
                DefinitionValidation.Validate(obj, errors);
                break;
            case ("rbac.authorization.k8s.io", "rolebindings" or "clusterrolebindings"):
                RoleBinding(obj, old, errors);
                break;
            case ("", "configmaps" or "secrets"):
                Immutable(obj, old, errors);
                break;
        }

        return errors;
    }

    private static void Workload(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        var spec = obj.Obj("spec") ?? [];
        if (spec.Long("replicas") is < 0)
        {
            errors.Add(FieldError.Invalid("spec.replicas", spec["replicas"], "must be greater than or equal to 0"));
        }

        if (spec.Obj("selector") is not { } selector)
        {
            errors.Add(FieldError.Required("spec.selector"));
        }
        else if (selector.Obj("matchLabels") is not { Count: > 0 } && selector.Arr("matchExpressions") is not { Count: > 0 })
        {
            errors.Add(FieldError.Invalid("spec.selector", selector, "empty selector is invalid for deployment"));
        }
        else if (!LabelSelector.FromObject(selector).MatchesLabels(spec.Obj("template", "metadata", "labels")))
        {
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", spec["template"]?["metadata"]?["labels"] ?? new JsonObject(), "`selector` does not match template `labels`"));
        }

        if (old?.Obj("spec", "selector") is { } before && !JsonNode.DeepEquals(before, spec.Obj("selector")))
        {
            errors.Add(FieldError.Invalid("spec.selector", spec.Obj("selector"), "field is immutable"));
        }

        PodValidation.Validate(spec.Obj("template", "spec"), "spec.template.spec", errors);
        if (spec.Str("template", "spec", "restartPolicy") is { } policy and not "Always")
        {
            errors.Add(FieldError.NotSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
        }
    }

    private static void Job(JsonObject? spec, string path, List<FieldError> errors)
    {
        PodValidation.Validate(spec.Obj("template", "spec"), $"{path}.template.spec", errors);
        if (spec.Str("template", "spec", "restartPolicy") is "Always")
        {
            errors.Add(new FieldError("FieldValueRequired", $"{path}.template.spec.restartPolicy", "Required value: valid values: \"OnFailure\", \"Never\""));
        }
    }

    private static void CronJob(JsonObject? spec, List<FieldError> errors)
    {
        if (spec.Str("schedule") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required("spec.schedule"));
        }

        Job(spec.Obj("jobTemplate", "spec"), "spec.jobTemplate.spec", errors);
    }

    private static void Service(JsonObject? spec, List<FieldError> errors)
    {
        var ports = spec.Arr("ports")?.OfType<JsonObject>().ToList() ?? [];
        if (ports.Count == 0 && spec.Str("type") != "ExternalName" && spec.Str("clusterIP") != "None")
        {
            errors.Add(FieldError.Required("spec.ports"));
        }

        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Long("port") is not (>= 1 and <= 65535))
            {
                errors.Add(FieldError.Invalid($"spec.ports[{i}].port", ports[i]["port"], "must be between 1 and 65535, inclusive"));
            }

            if (ports.Count > 1 && ports[i].Str("name") is not { Length: > 0 })
            {
                errors.Add(FieldError.Required($"spec.ports[{i}].name"));
            }
        }
    }

    private static void RoleBinding(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        if (obj.Obj("roleRef") is not { } role || role.Str("name") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required("roleRef.name"));
        }

        if (old is not null && !JsonNode.DeepEquals(old["roleRef"], obj["roleRef"]))
        {
            errors.Add(FieldError.Invalid("roleRef", obj["roleRef"], "cannot change roleRef"));
        }
    }

    private static void Immutable(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        if (old?.Bool("immutable") != true)
        {
            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["data", "binaryData", "immutable"])
        {
            if (!JsonNode.DeepEquals(old[field], obj[field]))
            {
                errors.Add(FieldError.Forbidden(field, "field is immutable when `immutable` is set"));
            }
        }
    }
}
