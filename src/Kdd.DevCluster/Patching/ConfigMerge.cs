using System.Text.Json.Nodes;
using Kdd.DevCluster.Schemas;

namespace Kdd.DevCluster.Patching;

/// <summary>Merging of an applied configuration into the live object, and removal of what it no longer states.</summary>
internal static class ConfigMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject config, Schema schema) => (JsonObject)MergeValue(live, config, schema)!;

    /// <summary>Removes fields of the last apply that this one leaves out, unless somebody else owns them.</summary>
    /// <param name="obj">Changed in place.</param>
    /// <param name="schema">Of the object.</param>
    /// <param name="last">What the manager owned.</param>
    /// <param name="now">What it owns from here on.</param>
    /// <param name="others">What the other managers own.</param>
    public static void Drop(JsonNode? obj, Schema schema, FieldSet last, FieldSet? now, FieldSet? others)
    {
        foreach (var (key, child) in last.Children)
        {
            var (stated, owned) = (now?.Child(key), others?.Child(key));
            if (stated is { IsEmpty: false } || owned is { IsEmpty: false })
            {
                var (value, childSchema) = Find(obj, schema, key);
                Drop(value, childSchema, child, stated, owned);
            }
            else
            {
                Remove(obj, schema, key);
            }
        }
    }

    private static JsonNode? MergeValue(JsonNode? live, JsonNode? config, Schema schema)
    {
        switch (live, config)
        {
            case (JsonObject before, JsonObject after) when FieldWalk.IsGranular(schema):
                var merged = (JsonObject)before.DeepClone();
                foreach (var (name, value) in after)
                {
                    merged[name] = MergeValue(before[name], value, schema.Field(name) ?? Schema.Any);
                }

                return merged;
            case (JsonArray before, JsonArray after) when schema.ListType is "map" or "set":
                var list = (JsonArray)before.DeepClone();
                var keys = before.Select(item => FieldWalk.KeyOf(item, schema)).ToList();
                foreach (var item in after)
                {
                    var at = keys.IndexOf(FieldWalk.KeyOf(item, schema));
                    if (at < 0)
                    {
                        list.Add(item?.DeepClone());
                    }
                    else
                    {
                        list[at] = MergeValue(before[at], item, schema.Items ?? Schema.Any);
                    }
                }

                return list;
            default:
                return config?.DeepClone();
        }
    }

    private static (JsonNode? Value, Schema Schema) Find(JsonNode? node, Schema schema, string key) => node switch
    {
        JsonObject obj when key[0] == 'f' => (obj[key[2..]], schema.Field(key[2..]) ?? Schema.Any),
        JsonArray array => (array.FirstOrDefault(item => FieldWalk.KeyOf(item, schema) == key), schema.Items ?? Schema.Any),
        _ => (null, Schema.Any),
    };

    private static void Remove(JsonNode? node, Schema schema, string key)
    {
        switch (node)
        {
            case JsonObject obj when key[0] == 'f':
                obj.Remove(key[2..]);
                break;
            case JsonArray array when array.FirstOrDefault(item => FieldWalk.KeyOf(item, schema) == key) is { } item:
                array.Remove(item);
                break;
        }
    }
}
