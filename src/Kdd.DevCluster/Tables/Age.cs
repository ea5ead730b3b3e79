using System.Globalization;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tables;

/// <summary>Ages as kubectl shows them (apimachinery duration.HumanDuration).</summary>
internal static class Age
{
    /// <summary>Since an RFC 3339 time; &lt;unknown&gt; for none.</summary>
    public static string Since(JsonNode? time, DateTimeOffset now) =>
        time is JsonValue value && value.TryGetValue<string>(out var text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Human(now - at)
            : "<unknown>";

    public static string Human(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        seconds = Math.Max(seconds, 0);
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : minutes < 180 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : days < 8 ? Two(days, "d", hours % 24, "h")
            : days < 730 ? $"{days}d"
            : days < 2920 ? Two(days / 365, "y", days % 365, "d")
            : $"{days / 365}y";
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
