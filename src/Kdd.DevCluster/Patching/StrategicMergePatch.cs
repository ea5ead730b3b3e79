using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Patching;

/// <summary>
/// Strategic merge patch (apimachinery pkg/util/strategicpatch): as a merge patch, but lists with a merge key merge by it, and
/// the directives <c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder/…</c> and <c>$deleteFromPrimitiveList/…</c> are obeyed.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string SetElementOrder = "$setElementOrder/";
    private const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <summary>Applies a patch in place.</summary>
    /// <exception cref="ApiException">400 for a directive that is not known, or a list item without its merge key.</exception>
    public static void Apply(JsonObject target, JsonObject patch, Schema schema)
    {
        switch (patch.Str(Directive))
        {
            case null or "merge":
                break;
            case "delete":
                target.Clear();
                return;
            case "replace":
                target.Clear();
                break;
            case var other:
                throw Errors.BadRequest($"Unknown patch type: {other}: $patch is merge, replace or delete");
        }

        if (patch.Arr(RetainKeys) is { } retained)
        {
            foreach (var key in target.Select(p => p.Key).Where(k => !retained.Any(r => r?.GetValue<string>() == k)).ToList())
            {
                target.Remove(key);
            }
        }

        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                RemoveValues(target.Arr(name[DeleteFromPrimitiveList.Length..]), value as JsonArray);
            }
            else if (name[0] != '$')
            {
                ApplyField(target, name, value, schema.Field(name) ?? Schema.Any, patch.Arr(SetElementOrder + name));
            }
        }

        // An order may come alone, when only positions changed.
        foreach (var (name, value) in patch.Where(p => p.Key.StartsWith(SetElementOrder, StringComparison.Ordinal)))
        {
            var field = name[SetElementOrder.Length..];
            if (!patch.ContainsKey(field) && target.Arr(field) is { } list && value is JsonArray order)
            {
                target[field] = ElementOrder.Apply(list, order, (schema.Field(field) ?? Schema.Any).PatchMergeKey);
            }
        }
    }

    private static void ApplyField(JsonObject target, string name, JsonNode? value, Schema schema, JsonArray? order)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject child:
                if (target[name] is not JsonObject into)
                {
                    into = [];
                    target[name] = into;
                }

                Apply(into, child, schema);
                if (child.Str(Directive) == "delete")
                {
                    target.Remove(name);
                }

                break;
            case JsonArray array when schema.PatchStrategy?.Contains("merge", StringComparison.Ordinal) == true:
                var list = target.Arr(name) ?? [];
                target[name] = MergeList((JsonArray)list.DeepClone(), array, schema, order);
                break;
            case JsonArray array:
                target[name] = Plain(array);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeList(JsonArray target, JsonArray patch, Schema schema, JsonArray? order)
    {
        if (patch.Any(item => item is JsonObject o && o.Str(Directive) == "replace"))
        {
            return Plain(new JsonArray([.. patch.Where(i => !(i is JsonObject o && o.Str(Directive) == "replace")).Select(i => i?.DeepClone())]));
        }

        foreach (var item in patch)
        {
            if (schema.PatchMergeKey is not { } key)
            {
                if (!target.Any(t => JsonNode.DeepEquals(t, item)))
                {
                    target.Add(item?.DeepClone());
                }

                continue;
            }

            var change = item as JsonObject ?? throw Errors.BadRequest($"a list merged by {key} takes objects, got {item?.ToJsonString() ?? "null"}");
            var id = change[key] ?? throw Errors.BadRequest($"map: {change.ToJsonString()} does not contain declared merge key: {key}");
            var existing = target.OfType<JsonObject>().FirstOrDefault(t => JsonNode.DeepEquals(t[key], id));
            if (change.Str(Directive) == "delete")
            {
                target.Remove(existing);
                continue;
            }

            if (existing is null)
            {
                existing = [];
                target.Add((JsonNode)existing);
            }

            Apply(existing, change, schema.Items ?? Schema.Any);
        }

        return order is null ? target : ElementOrder.Apply(target, order, schema.PatchMergeKey);
    }

    private static void RemoveValues(JsonArray? list, JsonArray? values)
    {
        foreach (var value in values ?? [])
        {
            if (list?.FirstOrDefault(i => JsonNode.DeepEquals(i, value)) is { } found)
            {
                list.Remove(found);
            }
        }
    }

    // What replaces a list still may hold directives, which are never stored.
    private static JsonArray Plain(JsonArray array)
    {
        var plain = (JsonArray)array.DeepClone();
        foreach (var item in plain.OfType<JsonObject>())
        {
            item.Remove(Directive);
        }

        return plain;
    }
}
