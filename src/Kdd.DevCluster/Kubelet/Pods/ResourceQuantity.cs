using System.Globalization;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>apimachinery's resource.Quantity, as far as the downward API shows it.</summary>
internal static class ResourceQuantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1024m * 1024), ("Gi", 1024m * 1024 * 1024), ("Ti", 1024m * 1024 * 1024 * 1024),
        ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m),
    ];

    /// <summary>The number that <paramref name="text"/> stands for, such as 0.1 for 100m; 0 for what is none.</summary>
    public static decimal Parse(string text)
    {
        var (suffix, factor) = Suffixes.FirstOrDefault(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        string number = suffix is null ? text : text[..^suffix.Length];
        return decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            ? value * (suffix is null ? 1 : factor)
            : 0;
    }
}
