using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Quantities;

namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>The functions that rules may call.</summary>
internal static class CelFunctions
{
    private static readonly HashSet<(bool Receiver, string Name, int Arguments)> Known =
    [
        (false, "has", 1), (false, "size", 1), (true, "size", 0), (false, "string", 1), (false, "int", 1), (false, "double", 1),
        (false, "duration", 1), (false, "quantity", 1), (false, "isQuantity", 1),
        (true, "compareTo", 1), (true, "isLessThan", 1), (true, "isGreaterThan", 1),
        (true, "startsWith", 1), (true, "endsWith", 1), (true, "contains", 1), (true, "matches", 1),
        (true, "all", 2), (true, "exists", 2), (true, "exists_one", 2),
    ];

    /// <summary>Names, for the message that refuses another.</summary>
    public static string Supported => string.Join(", ", Known.Select(k => k.Name).Distinct());

    public static bool Supports(CelNode.Call call) => Known.Contains((call.Target is not null, call.Function, call.Arguments.Count));

    public static object? Call(string function, object? target, IReadOnlyList<object?> arguments) => (function, target, arguments) switch
    {
        ("size", null, [var value]) => Size(value),
        ("size", var value, []) => Size(value),
        ("string", _, [var value]) => Text(value),
        ("int", _, [var value]) => Number(value),
        ("double", _, [var value]) => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        ("duration", _, [string text]) => GoDuration.TryParse(text, out var duration)
            ? duration : throw new CelException($"time: invalid duration \"{text}\""),
        ("quantity", _, [string text]) => Quantity.TryParse(text, out var quantity)
            ? quantity : throw new CelException($"invalid quantity \"{text}\""),
        ("isQuantity", _, [string text]) => Quantity.TryParse(text, out _),
        ("compareTo", Quantity left, [Quantity right]) => (long)left.CompareTo(right),
        ("isLessThan", Quantity left, [Quantity right]) => left.CompareTo(right) < 0,
        ("isGreaterThan", Quantity left, [Quantity right]) => left.CompareTo(right) > 0,
        ("startsWith", string text, [string part]) => text.StartsWith(part, StringComparison.Ordinal),
        ("endsWith", string text, [string part]) => text.EndsWith(part, StringComparison.Ordinal),
        ("contains", string text, [string part]) => text.Contains(part, StringComparison.Ordinal),
        ("matches", string text, [string pattern]) => Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
        _ => throw new CelException($"no such overload: {function}"),
    };

    private static long Size(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        ICollection collection => collection.Count,
        System.Text.Json.Nodes.JsonArray array => array.Count,
        System.Text.Json.Nodes.JsonObject obj => obj.Count,
        _ => throw new CelException("no such overload: size"),
    };

    private static string Text(object? value) => value switch
    {
        string text => text,
        bool b => b ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new CelException("no such overload: string"),
    };

    private static long Number(object? value) => value switch
    {
        long l => l,
        double d => (long)d,
        string text when long.TryParse(text, CultureInfo.InvariantCulture, out var l) => l,
        _ => throw new CelException("no such overload: int"),
    };
}
