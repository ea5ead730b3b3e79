using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>meta/v1 LabelSelector against labels.</summary>
internal static class Selector
{
    /// <summary>Whether the labels of <paramref name="obj"/> match; an absent or empty selector matches nothing.</summary>
    public static bool Matches(JsonObject? selector, JsonObject obj)
    {
        if (selector is not { Count: > 0 })
        {
            return false;
        }
        var labels = obj.Obj("metadata", "labels");
        return (selector.Obj("matchLabels") ?? []).All(pair => labels.Str(pair.Key) == (string?)pair.Value)
            && (selector.Arr("matchExpressions") ?? []).All(expression => Matches(expression!, labels));
    }

    /// <summary>Whether all labels of a plain map (Service, ReplicationController) are there.</summary>
    public static bool MatchesMap(JsonObject? map, JsonObject obj) =>
        map is { Count: > 0 } && map.All(pair => obj.Str("metadata", "labels", pair.Key) == (string?)pair.Value);

    private static bool Matches(JsonNode expression, JsonObject? labels)
    {
        string? value = labels.Str(expression.Str("key") ?? "");
        bool listed = value is not null && (expression.Arr("values") ?? []).Any(v => (string?)v == value);
        return expression.Str("operator") switch
        {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
