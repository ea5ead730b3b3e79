using Kdd.Api.LogViews;

namespace Kdd.Operator.Workloads;

/// <summary><c>metav1.LabelSelector</c> as a predicate.</summary>
internal static class PodSelector
{
    /// <exception cref="FormatException">An operator is not known, or In and NotIn lack values; the message names the field.</exception>
    public static Func<IReadOnlyDictionary<string, string>, bool> Compile(LabelSelector selector)
    {
        KeyValuePair<string, string>[] equal = [.. selector.MatchLabels ?? new Dictionary<string, string>()];
        Func<IReadOnlyDictionary<string, string>, bool>[] expressions =
            [.. (selector.MatchExpressions ?? []).Select((requirement, i) => Compile(requirement, $"spec.selector.matchExpressions[{i}]"))];
        return labels => equal.All(label => labels.TryGetValue(label.Key, out string? value) && value == label.Value)
            && expressions.All(matches => matches(labels));
    }

    /// <summary>The form that <c>scale.status.selector</c> has: <c>app=cart,tier!=db</c>, of which only equality is written by the API server's own controllers.</summary>
    /// <exception cref="FormatException">Another operator.</exception>
    public static Func<IReadOnlyDictionary<string, string>, bool> Parse(string selector)
    {
        var labels = new Dictionary<string, string>();
        foreach (string part in selector.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = part.Replace("==", "=", StringComparison.Ordinal).Split('=');
            labels[sides[0]] = sides.Length == 2 && !sides[0].EndsWith('!')
                ? sides[1]
                : throw new FormatException($"the workload's scale selector \"{part}\" is not of the form key=value");
        }

        return Compile(new LabelSelector { MatchLabels = labels });
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> Compile(LabelRequirement requirement, string field)
    {
        string key = requirement.Key;
        var values = new HashSet<string>(requirement.Values ?? []);
        return (requirement.Operator, values.Count) switch
        {
            ("In", > 0) => labels => labels.TryGetValue(key, out string? value) && values.Contains(value),
            ("NotIn", > 0) => labels => !labels.TryGetValue(key, out string? value) || !values.Contains(value),
            ("Exists", 0) => labels => labels.ContainsKey(key),
            ("DoesNotExist", 0) => labels => !labels.ContainsKey(key),
            ("In" or "NotIn", _) => throw new FormatException($"{field}.values: must be set for the operator {requirement.Operator}"),
            ("Exists" or "DoesNotExist", _) => throw new FormatException($"{field}.values: must not be set for the operator {requirement.Operator}"),
            _ => throw new FormatException($"{field}.operator: must be one of In, NotIn, Exists and DoesNotExist"),
        };
    }
}
