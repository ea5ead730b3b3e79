using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Patching;

/// <summary>$setElementOrder: the items that the patch names in its order, the others where they stood among them.</summary>
internal static class ElementOrder
{
    public static JsonArray Apply(JsonArray list, JsonArray order, string? mergeKey)
    {
        var items = list.Select((item, index) => (Item: item, Index: index, Rank: RankOf(item, order, mergeKey))).ToList();
        var named = new Queue<(JsonNode? Item, int Index, int Rank)>(items.Where(i => i.Rank >= 0).OrderBy(i => i.Rank));
        var others = new Queue<(JsonNode? Item, int Index, int Rank)>(items.Where(i => i.Rank < 0));
        var sorted = new JsonArray();
        while (named.Count + others.Count > 0)
        {
            var next = others.Count == 0 || (named.Count > 0 && named.Peek().Index <= others.Peek().Index) ? named.Dequeue() : others.Dequeue();
            sorted.Add(next.Item?.DeepClone());
        }

        return sorted;
    }

    private static int RankOf(JsonNode? item, JsonArray order, string? mergeKey)
    {
        for (var i = 0; i < order.Count; i++)
        {
            var same = mergeKey is null ? JsonNode.DeepEquals(order[i], item) : JsonNode.DeepEquals(order[i]?[mergeKey], (item as JsonObject)?[mergeKey]);
            if (same)
            {
                return i;
            }
        }

        return -1;
    }
}
