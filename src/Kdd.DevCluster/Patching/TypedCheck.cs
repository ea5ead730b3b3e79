using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Patching;

/// <summary>An applied configuration must fit its schema: server-side apply is strict whatever fieldValidation says.</summary>
internal static class TypedCheck
{
    /// <exception cref="ApiException">500 without a reason, as the API server answers here.</exception>
    public static void Check(JsonObject config, Schema schema)
    {
        var errors = new List<string>();
        Walk(config, FieldWalk.WithMetadata(schema), "", errors);
        if (errors.Count == 0)
        {
            return;
        }

        var (group, version) = config.Str("apiVersion")!.Split('/') is [var g, var v] ? (g + "/", v) : ("", config.Str("apiVersion"));
        var list = errors.Count == 1 ? errors[0] : "errors:\n" + string.Join("\n", errors.Select(e => "  " + e));
        throw new ApiException(500, "",
            $"failed to create typed patch object ({config.Namespace()}/{config.Name()}; {group}{version}, Kind={config.Str("kind")}): {list}");
    }

    private static void Walk(JsonNode? node, Schema schema, string path, List<string> errors)
    {
        switch (node)
        {
            case null:
                break;
            case JsonObject obj:
                if (!schema.IsObject && !schema.PreserveUnknown && !schema.Embedded)
                {
                    errors.Add($"{path}: expected {Expected(schema)}, got map");
                    break;
                }

                foreach (var (name, value) in obj)
                {
                    if (schema.Field(name) is { } field)
                    {
                        Walk(value, field, $"{path}.{name}", errors);
                    }
                    else if (!schema.Embedded)
                    {
                        errors.Add($"{path}.{name}: field not declared in schema");
                    }
                }

                break;
            case JsonArray array:
                if (schema.Type == "array")
                {
                    WalkList(array, schema, path, errors);
                }
                else if (!schema.PreserveUnknown)
                {
                    errors.Add($"{path}: expected {Expected(schema)}, got list");
                }

                break;
            default:
                WalkScalar(node, schema, path, errors);
                break;
        }
    }

    private static void WalkList(JsonArray array, Schema schema, string path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in array)
        {
            var key = schema.ListType is "map" or "set" ? FieldWalk.KeyOf(item, schema) : null;
            var at = key is null ? path : path + new FieldSetStep(key);
            if (key is not null && !seen.Add(key))
            {
                errors.Add($"{path}: duplicate entries for key {new FieldSetStep(key)}");
            }

            Walk(item, schema.Items ?? Schema.Any, at, errors);
        }
    }

    private static void WalkScalar(JsonNode node, Schema schema, string path, List<string> errors)
    {
        var kind = node.GetValueKind();
        var fits = schema.Type switch
        {
            null => true,
            "string" => kind == JsonValueKind.String,
            "integer" or "number" => kind == JsonValueKind.Number,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => schema.PreserveUnknown,
        };
        if (!fits)
        {
            errors.Add($"{path}: expected {Expected(schema)}, got &value.valueUnstructured{{Value:{node.ToJsonString()}}}");
        }
    }

    private static string Expected(Schema schema) => schema.Type switch
    {
        "object" => "map",
        "array" => "list",
        "integer" or "number" => "numeric (int or float)",
        var type => type ?? "scalar",
    };

    private readonly record struct FieldSetStep(string Key)
    {
        public override string ToString()
        {
            var set = new FieldSet();
            set.Into(Key).Member = true;
            return set.Paths().First();
        }
    }
}
