using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Patching;

/// <summary>Which fields a value has and which differ between two values, at the grain of the schema (structured-merge-diff).</summary>
internal static class FieldWalk
{
    // Null, but there: the one field of a pod's conditions that Go always writes.
    private const string NeverOmitted = "lastProbeTime";

    private static readonly Schema Metadata = ModelSchemas.Of(typeof(k8s.Models.V1ObjectMeta));

    /// <summary>The schema of a whole object with its metadata.</summary>
    public static Schema WithMetadata(Schema kind) => kind.Model is not null ? kind : kind with
    {
        LazyProperties = new(() => new Dictionary<string, Schema>(kind.Properties) { ["metadata"] = Metadata, ["apiVersion"] = Text, ["kind"] = Text }),
    };

    private static Schema Text { get; } = new() { Type = "string" };

    /// <summary>The leaves of an applied configuration: what its manager owns.</summary>
    public static void AddLeaves(JsonNode? value, Schema schema, FieldSet into)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } obj when IsGranular(schema):
                foreach (var (name, child) in obj)
                {
                    AddLeaves(child, schema.Field(name) ?? Schema.Any, into.Into($"f:{name}"));
                }

                break;
            case JsonArray { Count: > 0 } array when schema.ListType is "map" or "set":
                foreach (var item in array)
                {
                    var child = into.Into(KeyOf(item, schema));
                    child.Member = true;
                    if (schema.ListType == "map")
                    {
                        AddLeaves(item, schema.Items ?? Schema.Any, child);
                    }
                }

                break;
            default:
                into.Member = true;
                break;
        }
    }

    /// <summary>Every field of a value, those that hold others included.</summary>
    public static void AddAll(JsonNode? value, Schema schema, FieldSet into, bool self = true)
    {
        into.Member |= self;
        foreach (var (key, child, childSchema) in Steps(value, schema))
        {
            // A struct that Go never leaves out is there before it has a value: only what is in it is new.
            AddAll(child, childSchema, into.Into(key), self: !IsStruct(key, schema, childSchema));
        }
    }

    /// <summary>Fields that are new or differ, and fields that are gone.</summary>
    public static void Compare(JsonNode? before, JsonNode? after, Schema schema, FieldSet changed, FieldSet removed)
    {
        var old = Steps(before, schema).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        var granular = (IsGranular(schema) && before is JsonObject && after is JsonObject)
            || (schema.ListType is "map" or "set" && before is JsonArray && after is JsonArray);
        if (!granular)
        {
            changed.Member |= !JsonNode.DeepEquals(before, after);
            return;
        }

        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value, childSchema) in Steps(after, schema))
        {
            kept.Add(key);
            if (!old.TryGetValue(key, out var previous))
            {
                AddAll(value, childSchema, changed.Into(key), self: !IsStruct(key, schema, childSchema));
            }
            else
            {
                Compare(previous, value, childSchema, changed.Into(key), removed.Into(key));
            }
        }

        foreach (var (key, value, childSchema) in Steps(before, schema).Where(s => !kept.Contains(s.Key)))
        {
            AddAll(value, childSchema, removed.Into(key));
        }
    }

    /// <summary>The FieldsV1 key of a list item.</summary>
    public static string KeyOf(JsonNode? item, Schema list)
    {
        if (list.ListType == "set" || item is not JsonObject obj)
        {
            return "v:" + (item?.ToJsonString() ?? "null");
        }

        var key = new JsonObject();
        foreach (var name in list.ListMapKeys.Order(StringComparer.Ordinal))
        {
            key[name] = obj[name]?.DeepClone() ?? list.Items?.Field(name)?.Default.Value?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
        }

        return "k:" + Encoding.UTF8.GetString(Json.ToUtf8(key));
    }

    /// <summary>Whether an object's fields are owned one by one.</summary>
    public static bool IsGranular(Schema schema) => !schema.AtomicMap && (schema.IsObject || schema.PreserveUnknown || schema.Embedded);

    private static IEnumerable<(string Key, JsonNode? Value, Schema Schema)> Steps(JsonNode? value, Schema schema) => value switch
    {
        JsonObject obj when IsGranular(schema) => obj.Where(p => p.Value is not null || p.Key == NeverOmitted).Select(p => ($"f:{p.Key}", p.Value, schema.Field(p.Key) ?? Schema.Any)),
        JsonArray array when schema.ListType is "map" or "set" =>
            array.Select(item => (KeyOf(item, schema), schema.ListType == "map" ? item : null, schema.Items ?? Schema.Any)).DistinctBy(s => s.Item1),
        _ => [],
    };

    private static bool IsStruct(string key, Schema parent, Schema child) => parent.Model is not null
        && (child.Model is not null || child.Type == "array")
        && key is ("f:metadata" or "f:spec" or "f:status" or "f:template" or "f:strategy" or "f:updateStrategy" or "f:jobTemplate"
            or "f:names" or "f:acceptedNames" or "f:containers" or "f:source" or "f:deprecatedSource")
        || (key == "f:conditions" && parent.Model == typeof(k8s.Models.V1CustomResourceDefinitionStatus));
}
