using System.Globalization;

namespace Kdd.Kubernetes;

/// <summary><c>metav1.MicroTime</c>: RFC 3339 in UTC with exactly six fraction digits; the API server refuses seven and none.</summary>
public static class MicroTime
{
    /// <summary>Digits beyond the sixth are cut off, not rounded.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
