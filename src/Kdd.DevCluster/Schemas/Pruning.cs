using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Schemas;

/// <summary>Removes what a schema does not know and tells what it was.</summary>
internal static class Pruning
{
    private static readonly Schema Metadata = ModelSchemas.Of(typeof(k8s.Models.V1ObjectMeta));

    /// <summary>Prunes a whole object: kind, apiVersion and metadata are always known.</summary>
    /// <param name="obj">Changed in place.</param>
    /// <param name="schema">Of the kind.</param>
    /// <param name="unknown">Gets the paths of what was removed.</param>
    public static void PruneObject(JsonObject obj, Schema schema, List<string> unknown)
    {
        if (obj["metadata"] is JsonObject metadata)
        {
            Prune(metadata, Metadata, "metadata", unknown);
        }

        PruneFields(obj, schema, "", unknown, resource: true);
    }

    private static void Prune(JsonNode? node, Schema schema, string path, List<string> unknown)
    {
        switch (node)
        {
            case JsonObject obj when schema.IsObject || schema.Embedded:
                PruneFields(obj, schema, path, unknown, schema.Embedded);
                break;
            case JsonArray array when schema.Items is not null:
                for (var i = 0; i < array.Count; i++)
                {
                    Prune(array[i], schema.Items, $"{path}[{i}]", unknown);
                }

                break;
        }
    }

    private static void PruneFields(JsonObject obj, Schema schema, string path, List<string> unknown, bool resource)
    {
        List<string>? remove = null;
        foreach (var (name, value) in obj)
        {
            if (resource && name is ("apiVersion" or "kind" or "metadata"))
            {
                continue;
            }

            var child = path.Length == 0 ? name : $"{path}.{name}";
            if (schema.Field(name) is { } field)
            {
                Prune(value, field, child, unknown);
            }
            else if (schema.Type == "object" || schema.LazyProperties is not null)
            {
                (remove ??= []).Add(name);
                unknown.Add(child);
            }
        }

        foreach (var name in remove ?? [])
        {
            obj.Remove(name);
        }
    }
}
