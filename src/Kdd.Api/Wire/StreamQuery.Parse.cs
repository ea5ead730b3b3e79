using System.Globalization;
using System.Text.RegularExpressions;
using Kdd.Api.LogViews;

namespace Kdd.Api.Wire;

public sealed partial record StreamQuery
{
    private const string KnownParameters = "pod, container, q, regex, level, tail, since, follow, cursor";

    /// <summary>Reads a query; false with the first error. Unknown parameters are errors, so that a typing mistake never widens what is shown.</summary>
    public static bool TryParse(IEnumerable<KeyValuePair<string, string>> pairs, out StreamQuery query, out QueryError error)
    {
        var pods = new List<string>();
        var containers = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        query = new StreamQuery { Pods = pods, Containers = containers };
        error = new QueryError("", "");
        foreach ((string name, string value) in pairs)
        {
            bool repeatable = name is "pod" or "container";
            QueryError? wrong = !repeatable && !seen.Add(name) ? Wrong(name, "may be given once") : null;
            wrong ??= name switch
            {
                "pod" => AddGlob(pods, name, value),
                "container" => AddGlob(containers, name, value),
                _ => query.TrySet(name, value, out query),
            };
            if (wrong is not null)
            {
                error = wrong;
                return false;
            }
        }

        if (query.Text is not null && query.Regex is not null)
        {
            error = Wrong("regex", "may not be given together with q: use one of them");
            return false;
        }

        return true;
    }

    /// <summary>The expression as <c>regex</c> takes it, or why it is refused.</summary>
    internal static Regex? CompileRegex(string pattern, out string problem)
    {
        problem = "";
        try
        {
            // NonBacktracking is linear in the line whoever wrote the pattern (^(a+)+$ on 28 characters: 27.8 s otherwise).
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problem = e.Message;
            return null;
        }
    }

    private QueryError? TrySet(string name, string value, out StreamQuery query)
    {
        query = this;
        switch (name)
        {
            case "q" when value.Length is 0 or > MaxPatternLength:
                return Wrong(name, $"must have 1 to {MaxPatternLength} characters");
            case "q":
                query = this with { Text = value };
                return null;
            case "regex" when value.Length is 0 or > MaxPatternLength:
                return Wrong(name, $"must have 1 to {MaxPatternLength} characters");
            case "regex":
                Regex? regex = CompileRegex(value, out string problem);
                query = this with { Regex = regex };
                return regex is null ? Wrong(name, $"\"{Shorten(value)}\" is not a linear-time regular expression: {problem}") : null;
            case "level":
                query = this with { MinLevel = Enum.TryParse(value, ignoreCase: true, out LineLevel level) ? level : LineLevel.Unknown };
                return query.MinLevel is LineLevel.Unknown || !Enum.IsDefined(query.MinLevel) || char.IsAsciiDigit(value[0])
                    ? Wrong(name, $"\"{Shorten(value)}\" is not a level: write Trace, Debug, Info, Warn, Error or Fatal")
                    : null;
            case "tail":
                query = this with { Tail = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int tail) ? tail : null };
                return query.Tail is null ? Wrong(name, $"\"{Shorten(value)}\" is not a number of lines: write a whole number from 0") : null;
            case "since":
                return TrySetSince(value, out query);
            case "follow":
                query = this with { Follow = value is "true" or "1" };
                return value is "true" or "false" or "1" or "0" ? null : Wrong(name, $"\"{Shorten(value)}\" is neither true nor false");
            case "cursor":
                query = this with { Cursor = StreamCursor.TryParse(value, out StreamCursor cursor) ? cursor : null };
                return query.Cursor is null ? Wrong(name, "is not a position of this stream: hand back an event's id unchanged") : null;
            default:
                return Wrong(name, $"is not a parameter of the stream: known are {KnownParameters}");
        }
    }

    private QueryError? TrySetSince(string value, out StreamQuery query)
    {
        query = this;
        if (Duration.TryParse(value, out Duration duration))
        {
            query = this with { Since = duration.Value };
            return null;
        }

        if (UnixNanoseconds.TryParse(value, out long time))
        {
            query = this with { SinceTime = time };
            return null;
        }

        return Wrong("since", $"\"{Shorten(value)}\" is neither a duration such as 15m nor an RFC 3339 time such as 2026-11-23T13:00:00Z");
    }

    private static QueryError? AddGlob(List<string> globs, string name, string value)
    {
        if (globs.Count == MaxValues)
        {
            return Wrong(name, $"may be given {MaxValues} times at most");
        }

        globs.Add(value);
        return value.Length is 0 or > 253 || value.AsSpan().ContainsAnyExcept(GlobCharacters)
            ? Wrong(name, $"\"{Shorten(value)}\" is not a name or glob: use lower case letters, digits, '-', '.', '*' and '?'")
            : null;
    }

    private static readonly System.Buffers.SearchValues<char> GlobCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.*?");

    private static QueryError Wrong(string parameter, string message) => new(Shorten(parameter), $"{Shorten(parameter)} {message}");

    private static string Shorten(string value) => value.Length <= 64 ? value : string.Concat(value.AsSpan(0, 64), "…");
}
