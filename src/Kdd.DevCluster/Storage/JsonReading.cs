using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Storage;

/// <summary>Reading fields of objects without a cast at every step; a missing field or one of another type is null.</summary>
public static class JsonReading
{
    /// <summary>The object at a path of keys.</summary>
    public static JsonObject? Obj(this JsonNode? node, params ReadOnlySpan<string> path) => At(node, path) as JsonObject;

    /// <summary>The array at a path of keys.</summary>
    public static JsonArray? Arr(this JsonNode? node, params ReadOnlySpan<string> path) => At(node, path) as JsonArray;

    /// <summary>The string at a path of keys.</summary>
    public static string? Str(this JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>The whole number at a path of keys.</summary>
    public static long? Long(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        if (At(node, path) is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        return value.TryGetValue<long>(out var l) ? l
            : value.TryGetValue<int>(out var i) ? i
            : value.TryGetValue<double>(out var d) && d == Math.Floor(d) && Math.Abs(d) < 9e18 ? (long)d
            : null;
    }

    /// <summary>The whole number at a path of keys, in 32 bits.</summary>
    public static int? Int(this JsonNode? node, params ReadOnlySpan<string> path) =>
        Long(node, path) is { } value and >= int.MinValue and <= int.MaxValue ? (int)value : null;

    /// <summary>The boolean at a path of keys.</summary>
    public static bool? Bool(this JsonNode? node, params ReadOnlySpan<string> path) => At(node, path) is JsonValue value
        ? value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        }
        : null;

    /// <summary>The object's metadata.name; "" when unset.</summary>
    public static string Name(this JsonObject obj) => obj.Str("metadata", "name") ?? "";

    /// <summary>The object's metadata.namespace; "" when unset or cluster-scoped.</summary>
    public static string Namespace(this JsonObject obj) => obj.Str("metadata", "namespace") ?? "";

    /// <summary>The object's metadata.uid; "" when unset.</summary>
    public static string Uid(this JsonObject obj) => obj.Str("metadata", "uid") ?? "";

    /// <summary>The object's metadata, made when missing.</summary>
    public static JsonObject Metadata(this JsonObject obj)
    {
        if (obj["metadata"] is JsonObject metadata)
        {
            return metadata;
        }

        metadata = [];
        obj["metadata"] = metadata;
        return metadata;
    }

    private static JsonNode? At(JsonNode? node, ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            node = (node as JsonObject)?[key];
        }

        return node;
    }
}

/// <summary>Filling fields.</summary>
internal static class JsonFilling
{
    /// <summary>Sets a field that is missing; null sets nothing.</summary>
    public static void Default(this JsonObject obj, string name, JsonNode? value)
    {
        if (value is not null && obj[name] is null)
        {
            obj[name] = value;
        }
    }

    /// <summary>The object in a field, made when missing.</summary>
    public static JsonObject Child(this JsonObject obj, string name)
    {
        if (obj[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        obj[name] = child;
        return child;
    }
}
