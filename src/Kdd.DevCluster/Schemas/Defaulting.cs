using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Schemas;

/// <summary>Fills a structural schema's defaults, as apiextensions' defaulting does.</summary>
internal static class Defaulting
{
    /// <summary>Fills missing fields; null for a field that is not nullable and has a default counts as missing.</summary>
    public static void Apply(JsonNode? node, Schema schema)
    {
        switch (node)
        {
            case JsonObject obj:
                ApplyObject(obj, schema);
                break;
            case JsonArray array when schema.Items is not null:
                foreach (var item in array)
                {
                    Apply(item, schema.Items);
                }

                break;
        }
    }

    private static void ApplyObject(JsonObject obj, Schema schema)
    {
        foreach (var (name, property) in schema.Properties)
        {
            if (property.Default.Set && (!obj.TryGetPropertyValue(name, out var value) || (value is null && !property.Nullable)))
            {
                obj[name] = property.Default.Value?.DeepClone();
            }
        }

        foreach (var (name, value) in obj)
        {
            if (value is not null && schema.Field(name) is { } field)
            {
                Apply(value, field);
            }
        }
    }
}
