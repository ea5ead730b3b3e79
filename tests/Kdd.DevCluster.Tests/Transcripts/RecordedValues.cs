using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>
/// Values that differ from run to run (uids, resourceVersions, tokens) and how the recorded ones correspond to ours: one to one, so
/// that a version that stayed in the recording has to stay here.
/// </summary>
internal sealed partial class RecordedValues
{
    private readonly Dictionary<string, string> _ours = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _recorded = new(StringComparer.Ordinal);

    /// <summary>Whether two values correspond; a first pair is taken as such.</summary>
    public bool Match(string kind, string recorded, string ours)
    {
        var (key, back) = ($"{kind}:{recorded}", $"{kind}:{ours}");
        if (_ours.TryGetValue(key, out var known))
        {
            return known == ours;
        }

        if (_recorded.ContainsKey(back))
        {
            return false;
        }

        (_ours[key], _recorded[back]) = (ours, recorded);
        return true;
    }

    /// <summary>Ours for a recorded value; the recorded one when it was never seen.</summary>
    public string Ours(string kind, string recorded) => _ours.GetValueOrDefault($"{kind}:{recorded}", recorded);

    /// <summary>A request's text with the recorded values replaced by ours.</summary>
    /// <param name="text">Path or body.</param>
    /// <param name="now">Stands for a version that the recording took from an answer it did not keep.</param>
    public string Substitute(string text, long now)
    {
        text = Uid().Replace(text, m => Ours("uid", m.Value));
        text = Version().Replace(text, m => m.Groups[1].Value + OurVersion(m.Groups[2].Value, now));
        return Continue().Replace(text, m => m.Groups[1].Value + Ours("continue", m.Groups[2].Value));
    }

    private string OurVersion(string recorded, long now)
    {
        if (_ours.TryGetValue($"resourceVersion:{recorded}", out var known) || _ours.TryGetValue($"list:{recorded}", out known))
        {
            return known;
        }

        // 0 and 1 are as old as can be, 300 is before the recorded history began, 99999999 is yet to come.
        return recorded is "0" or "1" or "744" or "99999999" ? recorded : recorded == "300" ? "2" : now.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();

    [GeneratedRegex("""(resourceVersion(?:=|"\s*:\s*"))([0-9]+)""")]
    private static partial Regex Version();

    [GeneratedRegex("(continue=)([A-Za-z0-9_-]+)")]
    private static partial Regex Continue();
}
