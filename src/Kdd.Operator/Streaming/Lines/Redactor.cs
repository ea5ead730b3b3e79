using System.Text;
using System.Text.RegularExpressions;
using Kdd.Api.LogViews;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>Replaces what must not be kept, before a line enters a buffer. Only a line that holds such a thing costs memory.</summary>
internal sealed class Redactor
{
    private readonly (Regex Pattern, string Replacement)[] _rules;

    private Redactor((Regex Pattern, string Replacement)[] rules) => _rules = rules;

    /// <exception cref="InvalidSpecException">An expression does not compile.</exception>
    public static Redactor Compile(IReadOnlyList<RedactRule>? rules) => new(
        [.. (rules ?? []).Select((rule, i) => (
            InvalidSpecException.Wrap($"spec.redact[{i}].pattern", rule.Pattern, () => LinePattern.LinearRegex(rule.Pattern, ignoreCase: false)),
            rule.Replacement))]);

    /// <summary>The message without secrets; the same span when it holds none.</summary>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> message, LineText text)
    {
        string? replaced = null;
        foreach ((Regex pattern, string replacement) in _rules)
        {
            if (replaced is null && !pattern.IsMatch(text.Of(message)))
            {
                continue;
            }

            replaced = pattern.Replace(replaced ?? text.Of(message).ToString(), replacement);
        }

        return replaced is null ? message : Encoding.UTF8.GetBytes(replaced);
    }
}
