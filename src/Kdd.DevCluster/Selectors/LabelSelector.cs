using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Selectors;

/// <summary>A label selector in its query form: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
public sealed class LabelSelector
{
    private readonly List<Requirement> _requirements;

    private LabelSelector(List<Requirement> requirements) => _requirements = requirements;

    /// <summary>Matches everything.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Whether everything matches.</summary>
    public bool IsEmpty => _requirements.Count == 0;

    /// <exception cref="ApiException">400 naming what was found and what was expected.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector(LabelSelectorParser.Parse(text));

    /// <summary>From meta/v1 LabelSelector: matchLabels and matchExpressions. Null matches nothing.</summary>
    public static LabelSelector FromObject(JsonObject? selector)
    {
        if (selector is null)
        {
            return new([new Requirement("", "Nothing", [])]);
        }

        var requirements = new List<Requirement>();
        foreach (var (key, value) in selector.Obj("matchLabels") ?? [])
        {
            requirements.Add(new Requirement(key, "In", [value?.GetValue<string>() ?? ""]));
        }

        foreach (var expression in selector.Arr("matchExpressions")?.OfType<JsonObject>() ?? [])
        {
            requirements.Add(new Requirement(
                expression.Str("key") ?? "", expression.Str("operator") ?? "", [.. expression.Arr("values")?.Select(v => v?.GetValue<string>() ?? "") ?? []]));
        }

        return new LabelSelector(requirements);
    }

    /// <summary>From a plain map of labels, as Services and ReplicationControllers have it.</summary>
    public static LabelSelector FromLabels(JsonObject? labels) =>
        FromObject(labels is null ? null : new JsonObject { ["matchLabels"] = labels.DeepClone() });

    /// <summary>Whether an object's labels match.</summary>
    public bool Matches(JsonObject obj)
    {
        var labels = obj.Obj("metadata", "labels");
        return _requirements.All(r => r.Matches(labels));
    }

    /// <summary>Whether labels match.</summary>
    public bool MatchesLabels(JsonObject? labels) => _requirements.All(r => r.Matches(labels));

    internal sealed record Requirement(string Key, string Operator, IReadOnlyList<string> Values)
    {
        public bool Matches(JsonObject? labels)
        {
            var value = labels?[Key] is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
            return Operator switch
            {
                "In" => value is not null && Values.Contains(value),
                "NotIn" => value is null || !Values.Contains(value),
                "Exists" => value is not null,
                "DoesNotExist" => value is null,
                "Gt" => long.TryParse(value, out var more) && long.TryParse(Values[0], out var floor) && more > floor,
                "Lt" => long.TryParse(value, out var less) && long.TryParse(Values[0], out var ceiling) && less < ceiling,
                _ => false,
            };
        }
    }
}
