using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Selectors;

/// <summary>Selectors as text, as metav1.FormatLabelSelector writes them.</summary>
internal static class SelectorText
{
    /// <summary>Of a LabelSelector or a plain map of labels; "&lt;none&gt;" for neither.</summary>
    public static string Of(JsonObject? selector)
    {
        if (selector is not { Count: > 0 })
        {
            return "<none>";
        }

        if (!selector.ContainsKey("matchLabels") && !selector.ContainsKey("matchExpressions"))
        {
            return Labels(selector);
        }

        var parts = new List<string>();
        if (selector.Obj("matchLabels") is { Count: > 0 } labels)
        {
            parts.Add(Labels(labels));
        }

        foreach (var expression in selector.Arr("matchExpressions")?.OfType<JsonObject>() ?? [])
        {
            var (key, values) = (expression.Str("key"), string.Join(",", expression.Arr("values")?.Select(v => v?.ToString()) ?? []));
            parts.Add(expression.Str("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "DoesNotExist" => $"!{key}",
                _ => key ?? "",
            });
        }

        return string.Join(",", parts);
    }

    private static string Labels(JsonObject labels) =>
        string.Join(",", labels.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
}
