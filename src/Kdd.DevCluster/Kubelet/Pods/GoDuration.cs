using System.Globalization;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Durations as Go prints them: 10s, 2m40s.</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan duration)
    {
        int minutes = (int)duration.TotalMinutes;
        string seconds = (duration.TotalSeconds - (minutes * 60)).ToString("0.###", CultureInfo.InvariantCulture) + "s";
        return minutes > 0 ? $"{minutes}m{seconds}" : seconds;
    }
}
