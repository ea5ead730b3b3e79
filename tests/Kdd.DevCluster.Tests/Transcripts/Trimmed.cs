using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>The recorder kept parts of some objects only: the same parts of ours.</summary>
internal static class Trimmed
{
    /// <summary>An answer without what the recorded one was trimmed of; one that was not trimmed as it is.</summary>
    public static JsonNode? As(JsonNode recorded, JsonNode? ours)
    {
        if (recorded is not JsonObject || recorded["apiVersion"] is not null || recorded["status"] is not JsonObject || ours is not JsonObject)
        {
            return ours;
        }

        var copy = new JsonObject();
        foreach (var (key, value) in recorded.AsObject())
        {
            // Of a trimmed part what is null was not there.
            copy[key] = value is JsonObject part ? Part(part, ours[key]) : ours[key]?.DeepClone();
        }

        return copy;
    }

    /// <summary>An event of a watch in the form of one that was trimmed to parts of its object.</summary>
    public static JsonObject Event(JsonObject recorded, JsonObject ours)
    {
        var copy = new JsonObject();
        foreach (var (key, value) in recorded)
        {
            copy[key] = key == "type" ? ours["type"]?.DeepClone() : value is JsonObject part ? Part(part, ours["object"]?[key]) : ours["object"]?[key]?.DeepClone();
        }

        return copy;
    }

    private static JsonObject Part(JsonObject recorded, JsonNode? ours) =>
        new(recorded.Select(field => KeyValuePair.Create(field.Key, ours?[field.Key]?.DeepClone())));
}
