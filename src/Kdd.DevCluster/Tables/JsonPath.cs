using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Tables;

/// <summary>The part of client-go's JSONPath that printer columns use: fields, indexes, [*] and filters by equality.</summary>
internal static partial class JsonPath
{
    /// <summary>All values at a path such as <c>.status.conditions[?(@.type=="Ready")].status</c>.</summary>
    public static List<JsonNode?> Find(JsonNode? root, string path)
    {
        List<JsonNode?> found = [root];
        foreach (Match step in Step().Matches(path))
        {
            found = [.. found.SelectMany(node => Next(node, step))];
        }

        return found;
    }

    private static IEnumerable<JsonNode?> Next(JsonNode? node, Match step)
    {
        var (field, filterPath, filterValue, index) =
            (step.Groups["field"], step.Groups["path"], step.Groups["value"], step.Groups["index"]);
        if (field.Success)
        {
            var name = field.Value.Replace("\\.", ".", StringComparison.Ordinal);
            return node is JsonObject obj && obj.TryGetPropertyValue(name, out var value) ? [value] : [];
        }

        if (node is not JsonArray array)
        {
            return [];
        }

        if (filterPath.Success)
        {
            return array.Where(item => Find(item, filterPath.Value).Any(v => v?.ToString() == filterValue.Value));
        }

        if (index.Value == "*")
        {
            return array;
        }

        var at = int.Parse(index.Value, CultureInfo.InvariantCulture);
        at = at < 0 ? at + array.Count : at;
        return at >= 0 && at < array.Count ? [array[at]] : [];
    }

    [GeneratedRegex("""\.(?<field>(\\.|[^.\[\\])+)|\[\?\(\s*@(?<path>[^=\s]+)\s*==\s*['"]?(?<value>[^'")]*)['"]?\s*\)\]|\[['"](?<field>[^'"]+)['"]\]|\[(?<index>\*|-?[0-9]{1,6})\]""", RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}
