using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Schemas;

/// <summary>Lengths of lists, and that sets and maps hold nothing twice.</summary>
internal static class ListChecks
{
    public static void Check(JsonArray array, Schema schema, string path, List<FieldError> errors)
    {
        if (schema.MaxItems is { } most && array.Count > most)
        {
            errors.Add(new FieldError("FieldValueTooMany", path, $"Too many: {array.Count}: must have at most {most} items"));
        }

        if (schema.MinItems is { } least && array.Count < least)
        {
            errors.Add(FieldError.Invalid(path, array.Count, $"{path} in body should have at least {least} items"));
        }

        if (schema.ListType is not ("set" or "map") && !schema.UniqueItems)
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            var key = schema.ListType == "map" && array[i] is JsonObject item ? KeyOf(item, schema) : array[i];
            if (key is not null && !seen.Add(System.Text.Encoding.UTF8.GetString(Json.ToUtf8(key))))
            {
                errors.Add(new FieldError("FieldValueDuplicate", $"{path}[{i}]", $"Duplicate value: {key.ToJsonString()}"));
            }
        }
    }

    private static JsonObject KeyOf(JsonObject item, Schema schema)
    {
        var key = new JsonObject();
        foreach (var name in schema.ListMapKeys)
        {
            key[name] = item[name]?.DeepClone() ?? schema.Items?.Field(name)?.Default.Value?.DeepClone();
        }

        return key;
    }
}
