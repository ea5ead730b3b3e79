using System.Text.Json.Nodes;
using k8s.Models;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Schemas;

namespace Kdd.DevCluster.Discovery;

/// <summary>The components of an OpenAPI document: schemas of the kinds and everything that they refer to.</summary>
internal sealed class OpenApiSchemas
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    // The models know of values that must be there, not of texts.
    private static readonly Dictionary<Type, string[]> RequiredTexts = new()
    {
        [typeof(V1OwnerReference)] = ["apiVersion", "kind", "name", "uid"],
        [typeof(V1LabelSelectorRequirement)] = ["key", "operator"],
        [typeof(V1Condition)] = ["type", "status", "lastTransitionTime", "reason", "message"],
        [typeof(V1Container)] = ["name"],
        [typeof(V1EnvVar)] = ["name"],
        [typeof(V1VolumeMount)] = ["mountPath", "name"],
        [typeof(V1Volume)] = ["name"],
        [typeof(V1ContainerPort)] = ["containerPort"],
        [typeof(V1RoleRef)] = ["apiGroup", "kind", "name"],
        [typeof(Rbacv1Subject)] = ["kind", "name"],
        [typeof(V1PolicyRule)] = ["verbs"],
        [typeof(V1PodSpec)] = ["containers"],
        [typeof(V1DeploymentSpec)] = ["selector", "template"],
        [typeof(V1StatefulSetSpec)] = ["selector", "template"],
        [typeof(V1DaemonSetSpec)] = ["selector", "template"],
        [typeof(V1ReplicaSetSpec)] = ["selector"],
        [typeof(V1JobSpec)] = ["template"],
        [typeof(V1CronJobSpec)] = ["jobTemplate", "schedule"],
    };

    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    /// <summary>Component name of a resource's kind: reversed group, version, kind.</summary>
    public static string NameOf(ApiResource resource) => resource.IsCustom
        ? $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}"
        : NameOf(resource.Schema.Model!);

    public void AddKind(ApiResource resource)
    {
        var gvk = new JsonArray(new JsonObject { ["group"] = resource.Group, ["kind"] = resource.Kind, ["version"] = resource.Version });
        var name = NameOf(resource);
        if (resource.IsCustom)
        {
            _schemas[name] = Custom(resource);
        }
        else
        {
            AddModel(resource.Schema.Model!);
        }

        _schemas[name]["x-kubernetes-group-version-kind"] = gvk;
        if (!resource.HasStorage)
        {
            return;
        }

        AddModel(typeof(V1ListMeta));
        AddModel(typeof(V1DeleteOptions));
        AddModel(typeof(V1Status));
        _schemas[$"{name}List"] = new JsonObject
        {
            ["description"] = $"{resource.ListKind} is a list of {resource.Kind}",
            ["type"] = "object",
            ["required"] = new JsonArray("items"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Described("string", ModelDescriptions.ApiVersion),
                ["items"] = new JsonObject { ["description"] = $"List of {resource.Resource}.", ["type"] = "array", ["items"] = Reference(name) },
                ["kind"] = Described("string", ModelDescriptions.Kind),
                ["metadata"] = new JsonObject { ["allOf"] = new JsonArray(Reference(Meta + "ListMeta")) },
            },
            ["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject { ["group"] = resource.Group, ["kind"] = resource.ListKind, ["version"] = resource.Version }),
        };
    }

    public JsonObject ToJson()
    {
        // Types of apimachinery that the models have no class for.
        _schemas[Meta + "Time"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        _schemas[Meta + "FieldsV1"] = new JsonObject { ["type"] = "object" };
        _schemas[Meta + "Patch"] = new JsonObject { ["type"] = "object" };
        var json = new JsonObject();
        foreach (var (name, schema) in _schemas)
        {
            json[name] = schema.Parent is null ? schema : schema.DeepClone();
        }

        return json;
    }

    private static string NameOf(Type model)
    {
        var kind = ModelNames.KindOf(model);
        return kind is "ObjectMeta" or "ListMeta" or "OwnerReference" or "ManagedFieldsEntry" or "DeleteOptions" or "Preconditions" or "Status" or "StatusDetails" or "StatusCause" or "LabelSelector" or "LabelSelectorRequirement" or "Condition" or "ShardInfo"
            ? Meta + kind
            : $"io.k8s.api.{model.Name}";
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Described(string type, string description) => new() { ["description"] = description, ["type"] = type };

    private JsonObject Custom(ApiResource resource)
    {
        AddModel(typeof(V1ObjectMeta));
        var schema = (JsonObject)resource.Schema.Source!.DeepClone();
        var properties = schema["properties"] as JsonObject ?? [];
        properties["apiVersion"] = Described("string", ModelDescriptions.ApiVersion);
        properties["kind"] = Described("string", ModelDescriptions.Kind);
        properties["metadata"] = new JsonObject
        {
            ["description"] = ModelDescriptions.Metadata,
            ["allOf"] = new JsonArray(Reference(Meta + "ObjectMeta")),
        };
        schema["properties"] = properties;
        return schema;
    }

    private void AddModel(Type model)
    {
        var name = NameOf(model);
        if (_schemas.ContainsKey(name))
        {
            return;
        }

        var schema = ModelSchemas.Of(model);
        var json = new JsonObject { ["type"] = "object" };
        _schemas[name] = json; // before its fields: types may contain themselves
        Describe(json, ModelDescriptions.OfType(model));
        var required = schema.Required.Union(RequiredTexts.GetValueOrDefault(model, []), StringComparer.Ordinal).ToList();
        if (required.Count > 0)
        {
            json["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        }

        var properties = new JsonObject();
        foreach (var (field, property) in ModelSchemas.Fields(model))
        {
            var value = model == typeof(V1ManagedFieldsEntry) && field == "fieldsV1"
                ? new JsonObject { ["allOf"] = new JsonArray(Reference(Meta + "FieldsV1")) }
                : Value(schema.Properties[field]);
            Describe(value, ModelDescriptions.OfProperty(property));
            properties[field] = value;
        }

        json["properties"] = properties;
        if (schema.AtomicMap)
        {
            json["x-kubernetes-map-type"] = "atomic";
        }
    }

    private JsonObject Value(Schema schema)
    {
        if (schema.Model is { } model)
        {
            AddModel(model);
            return new JsonObject { ["allOf"] = new JsonArray(Reference(NameOf(model))), ["default"] = new JsonObject() };
        }

        if (schema.IntOrString)
        {
            return new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = schema.Format == "quantity" ? "number" : "integer" }) };
        }

        var json = new JsonObject { ["type"] = schema.Type ?? "object" };
        if (schema.Format is { } format)
        {
            json["format"] = format == "micro-time" ? "date-time" : format;
        }

        if (schema.Items is { } items)
        {
            json["items"] = Value(items);
            json["x-kubernetes-list-type"] = schema.ListType;
            if (schema.ListMapKeys.Count > 0)
            {
                json["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.ListMapKeys.Select(k => (JsonNode)k)]);
            }

            if (schema.PatchStrategy is { } strategy)
            {
                json["x-kubernetes-patch-strategy"] = strategy;
            }

            if (schema.PatchMergeKey is { } key)
            {
                json["x-kubernetes-patch-merge-key"] = key;
            }
        }

        if (schema.AdditionalProperties is { } additional)
        {
            json["additionalProperties"] = Value(additional);
        }

        return json;
    }

    private static void Describe(JsonObject schema, string? description)
    {
        if (description is { Length: > 0 })
        {
            schema["description"] = description;
        }
    }
}
