using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>The recorder kept parts of some objects only; the same parts of ours.</summary>
internal static class RecordedForm
{
    /// <summary>
    /// What the recorded node alone had: its kernel has no limit for the memory of a pod and says so by a number, which the kubelet
    /// took for one; and its vendor's volume with a second CA.
    /// </summary>
    public static JsonNode OfAnyNode(JsonNode recorded)
    {
        var copy = recorded.DeepClone();
        foreach (var sources in Find(copy, "projected").Select(projected => projected["sources"]!.AsArray()))
        {
            sources.RemoveAll(source => (string?)source?["configMap"]?["name"] == "openshift-service-ca.crt");
        }

        foreach (var resources in Find(copy, "resources").Concat(Find(copy, "f:resources")))
        {
            resources.Remove("limits");
            resources.Remove("f:limits");
            resources.Remove(".");
        }

        return copy;
    }

    private static IEnumerable<JsonObject> Find(JsonNode? node, string key) => node switch
    {
        JsonObject obj => obj.SelectMany(field => field.Key == key && field.Value is JsonObject found ? [found] : Find(field.Value, key)),
        JsonArray array => array.SelectMany(item => Find(item, key)),
        _ => [],
    };

    public static JsonNode Trim(JsonNode recorded, JsonNode ours)
    {
        if (recorded is JsonArray)
        {
            return ours["status"]!["containerStatuses"]!.DeepClone();
        }

        if (recorded["phase"] is not null)
        {
            return ours["status"]!.DeepClone();
        }

        var copy = (JsonObject)ours.DeepClone();
        foreach (string key in copy.Select(field => field.Key).Where(key => recorded[key] is null).ToList())
        {
            copy.Remove(key);
        }

        if (copy["metadata"] is JsonObject metadata && recorded["kind"] is null or JsonValue && recorded["items"] is null && recorded["rows"] is null)
        {
            // It left these out of every single object that it kept.
            metadata.Remove("managedFields");
            metadata.Remove("annotations");
        }

        return copy;
    }
}
