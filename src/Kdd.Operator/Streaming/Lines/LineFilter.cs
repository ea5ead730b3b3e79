using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>Which lines a session keeps: any of include (all when there is none), none of exclude, the least level.</summary>
internal sealed class LineFilter
{
    private readonly LinePattern[] _include;
    private readonly LinePattern[] _exclude;
    private readonly LineLevel _minLevel;

    private LineFilter(LinePattern[] include, LinePattern[] exclude, LineLevel minLevel)
        => (_include, _exclude, _minLevel) = (include, exclude, minLevel);

    /// <exception cref="InvalidSpecException">An expression does not compile.</exception>
    public static LineFilter Compile(LineFilterSpec spec) => new(
        Compile(spec.Include, "include", spec.IgnoreCase),
        Compile(spec.Exclude, "exclude", spec.IgnoreCase),
        Enum.TryParse(spec.MinLevel, out LineLevel level) ? level : LineLevel.Unknown);

    /// <param name="message">The line as it was written, before redaction.</param>
    /// <param name="text">Of the same line.</param>
    /// <param name="level">A line of unknown level is kept.</param>
    public bool Keeps(ReadOnlySpan<byte> message, LineText text, LineLevel level)
        => (level == LineLevel.Unknown || level >= _minLevel)
            && (_include.Length == 0 || AnyMatches(_include, message, text))
            && !AnyMatches(_exclude, message, text);

    private static bool AnyMatches(LinePattern[] patterns, ReadOnlySpan<byte> message, LineText text)
    {
        foreach (LinePattern pattern in patterns)
        {
            if (pattern.IsMatch(message, text))
            {
                return true;
            }
        }

        return false;
    }

    private static LinePattern[] Compile(IReadOnlyList<string>? patterns, string list, bool ignoreCase)
        => [.. (patterns ?? []).Select((pattern, i) => InvalidSpecException.Wrap(
            $"spec.filter.{list}[{i}]", pattern, () => LinePattern.Compile(pattern, ignoreCase)))];
}
