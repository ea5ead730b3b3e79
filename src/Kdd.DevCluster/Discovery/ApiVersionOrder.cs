using System.Globalization;
using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Discovery;

/// <summary>Kubernetes' order of versions: v2 over v1 over v2beta1 over v1alpha1.</summary>
internal sealed partial class ApiVersionOrder : IComparer<string>
{
    public static ApiVersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y) => Rank(x).CompareTo(Rank(y)) is var c and not 0 ? c : string.CompareOrdinal(y, x);

    private static (int, int, int) Rank(string? version)
    {
        if (Form().Match(version ?? "") is not { Success: true } match)
        {
            return (-1, 0, 0);
        }

        int Number(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        var stage = match.Groups["stage"].Value switch { "alpha" => 0, "beta" => 1, _ => 2 };
        return (stage, Number("major"), Number("minor"));
    }

    [GeneratedRegex("^v(?<major>[0-9]{1,6})((?<stage>alpha|beta)(?<minor>[0-9]{1,6}))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
