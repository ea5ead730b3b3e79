using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Patching;

/// <summary>JSON patch, RFC 6902.</summary>
internal static class JsonPatch
{
    private const int MaxOperations = 10_000; // apiserver's maxJSONPatchOperations

    /// <summary>Applies the operations in order to a copy.</summary>
    /// <exception cref="ApiException">400 for a malformed patch; 422 when a path is missing or a test fails.</exception>
    public static JsonObject Apply(JsonObject original, JsonArray patch)
    {
        if (patch.Count > MaxOperations)
        {
            throw new ApiException(413, "RequestEntityTooLarge",
                $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {patch.Count}");
        }

        JsonNode? root = original.DeepClone();
        foreach (var item in patch)
        {
            var operation = item as JsonObject ?? throw Errors.BadRequest("a JSON patch is a list of operations, such as {\"op\":\"add\",\"path\":…}");
            var path = operation.Str("path") ?? throw Rejected();
            root = operation.Str("op") switch
            {
                "add" => Add(root, path, operation["value"]?.DeepClone()),
                "remove" => Remove(root, path, out _),
                "replace" => Replace(root, path, operation["value"]?.DeepClone()),
                "copy" => Add(root, path, Get(root, From(operation))?.DeepClone()),
                "move" => Add(Remove(root, From(operation), out var moved), path, moved),
                "test" => JsonNode.DeepEquals(Get(root, path), operation["value"]) ? root : throw Rejected(),
                var op => throw Errors.BadRequest($"Unexpected kind: {op ?? "<missing>"}: a JSON patch operation is add, remove, replace, copy, move or test"),
            };
        }

        return root as JsonObject ?? throw Rejected();
    }

    // The API server gives no cause (422 with empty details).
    private static ApiException Rejected() =>
        new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    private static string From(JsonObject operation) => operation.Str("from") ?? throw Rejected();

    private static string[] Split(string path) => path.Length == 0 ? []
        : path[0] != '/' ? throw Rejected()
        : [.. path[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? Get(JsonNode? root, string path) => Split(path).Aggregate(root, Child);

    private static JsonNode? Child(JsonNode? node, string key) => node switch
    {
        JsonObject obj => obj.TryGetPropertyValue(key, out var value) ? value : throw Rejected(),
        JsonArray array => array[Index(array, key, array.Count - 1)],
        _ => throw Rejected(),
    };

    private static int Index(JsonArray array, string key, int last) =>
        int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) && (i < 0 ? i + array.Count : i) is var at && at >= 0 && at <= last
            ? at
            : throw Rejected();

    private static (JsonNode Parent, string Key) Locate(JsonNode? root, string[] path) =>
        (path[..^1].Aggregate(root, Child) ?? throw Rejected(), path[^1]);

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        if (Split(path) is not { Length: > 0 } segments)
        {
            return value;
        }

        switch (Locate(root, segments))
        {
            case (JsonObject obj, var key):
                obj[key] = value;
                break;
            case (JsonArray array, "-"):
                array.Add(value);
                break;
            case (JsonArray array, var key):
                array.Insert(Index(array, key, array.Count), value);
                break;
            default:
                throw Rejected();
        }

        return root;
    }

    private static JsonNode? Replace(JsonNode? root, string path, JsonNode? value)
    {
        if (Split(path) is not { Length: > 0 } segments)
        {
            return value;
        }

        switch (Locate(root, segments))
        {
            case (JsonObject obj, var key) when obj.ContainsKey(key):
                obj[key] = value;
                break;
            case (JsonArray array, var key):
                array[Index(array, key, array.Count - 1)] = value;
                break;
            default:
                throw Rejected();
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        if (Split(path) is not { Length: > 0 } segments)
        {
            throw Rejected();
        }

        switch (Locate(root, segments))
        {
            case (JsonObject obj, var key) when obj.TryGetPropertyValue(key, out removed):
                obj.Remove(key);
                break;
            case (JsonArray array, var key):
                var index = Index(array, key, array.Count - 1);
                removed = array[index];
                array.RemoveAt(index);
                break;
            default:
                throw Rejected();
        }

        return root;
    }
}
