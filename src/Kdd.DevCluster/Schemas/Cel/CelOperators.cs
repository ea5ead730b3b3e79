using System.Text.Json.Nodes;
using Kdd.DevCluster.Quantities;

namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>CEL's binary operators other than &amp;&amp; and ||.</summary>
internal static class CelOperators
{
    public static object Apply(string op, object? left, object? right) => op switch
    {
        "==" => Same(left, right),
        "!=" => !Same(left, right),
        "<" => Compare(left, right) < 0,
        "<=" => Compare(left, right) <= 0,
        ">" => Compare(left, right) > 0,
        ">=" => Compare(left, right) >= 0,
        "in" => In(left, right),
        _ => Arithmetic(op, left, right),
    };

    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (JsonNode a, JsonNode b) => JsonNode.DeepEquals(a, b),
        (long a, double b) => a == b,
        (double a, long b) => a == b,
        _ => Equals(left, right),
    };

    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        (Quantity a, Quantity b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        _ => throw new CelException("no such overload: comparison"),
    };

    private static bool In(object? item, object? container) => container switch
    {
        JsonArray array => array.Any(i => Same(CelEvaluator.FromJson(i), item)),
        JsonObject obj => item is string key && obj.ContainsKey(key),
        List<object?> list => list.Any(i => Same(i, item)),
        _ => throw new CelException("no such overload: in"),
    };

    private static object Arithmetic(string op, object? left, object? right) => (op, left, right) switch
    {
        ("+", string a, string b) => a + b,
        ("+", TimeSpan a, TimeSpan b) => a + b,
        ("-", TimeSpan a, TimeSpan b) => a - b,
        ("/" or "%", long, 0L) => throw new CelException("division by zero"),
        ("+", long a, long b) => checked(a + b),
        ("-", long a, long b) => checked(a - b),
        ("*", long a, long b) => checked(a * b),
        ("/", long a, long b) => a / b,
        ("%", long a, long b) => a % b,
        ("+", double a, double b) => a + b,
        ("-", double a, double b) => a - b,
        ("*", double a, double b) => a * b,
        ("/", double a, double b) => a / b,
        _ => throw new CelException($"no such overload: {op}"),
    };
}
