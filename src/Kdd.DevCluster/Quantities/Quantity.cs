using System.Globalization;

namespace Kdd.DevCluster.Quantities;

/// <summary>A Kubernetes quantity (apimachinery resource.Quantity): 500m, 64Mi, 1.5, 2e3.</summary>
/// <param name="Value">Its amount.</param>
internal readonly record struct Quantity(decimal Value) : IComparable<Quantity>
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m), ("Ei", 1152921504606846976m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>Parses a quantity.</summary>
    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = default;
        var number = text.AsSpan();
        var factor = 1m;
        foreach (var (suffix, f) in Suffixes)
        {
            if (number.EndsWith(suffix, StringComparison.Ordinal))
            {
                number = number[..^suffix.Length];
                factor = f;
                break;
            }
        }

        if (!decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        try
        {
            quantity = new Quantity(value * factor);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);
}
