using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>
/// Objects as the items of a list: those of built-in kinds come without apiVersion and kind, which the list says for all of them;
/// custom resources keep theirs.
/// </summary>
internal static class ListItems
{
    public static JsonObject Of(ApiResource resource, JsonObject obj)
    {
        var item = (JsonObject)obj.DeepClone();
        if (!resource.IsCustom)
        {
            item.Remove("apiVersion");
            item.Remove("kind");
        }

        return item;
    }

    /// <param name="resource">Of the object.</param>
    /// <param name="utf8">The object, with its keys sorted.</param>
    public static ReadOnlySpan<byte> Of(ApiResource resource, ReadOnlySpan<byte> utf8)
    {
        if (resource.IsCustom)
        {
            return utf8;
        }

        // Both are the first keys of nearly every kind, and hold nothing that JSON would escape.
        if (utf8.StartsWith("{\"apiVersion\":\""u8) && End(utf8, 15) is var version && utf8[version..].StartsWith("\",\"kind\":\""u8) && End(utf8, version + 10) is var kind && utf8[kind + 1] == ',')
        {
            byte[] item = [(byte)'{', .. utf8[(kind + 2)..]];
            return item;
        }

        return Json.ToUtf8(Of(resource, (JsonObject)JsonNode.Parse(utf8)!));
    }

    private static int End(ReadOnlySpan<byte> utf8, int start) => start + utf8[start..].IndexOf((byte)'"');
}
