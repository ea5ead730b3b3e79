using System.Globalization;
using System.Net;
using Kdd.DevCluster.Quantities;

namespace Kdd.DevCluster.Schemas;

/// <summary>The string formats that apiextensions checks (supported formats of kube-openapi's strfmt).</summary>
internal static class Formats
{
    /// <summary>Whether text has the format; a format that is not known accepts everything.</summary>
    public static bool IsValid(string format, string text) => format switch
    {
        "date-time" or "datetime" => IsTime(text),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => GoDuration.TryParse(text, out _),
        "uuid" or "uuid3" or "uuid4" or "uuid5" => Guid.TryParse(text, out _),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.GetAddressBytes().Length == 4 && text.Contains('.', StringComparison.Ordinal),
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.GetAddressBytes().Length == 16,
        "cidr" => IPNetwork.TryParse(text, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        _ => true,
    };

    /// <summary>RFC 3339 with a zone; any number of fraction digits.</summary>
    public static bool IsTime(string text) =>
        text.Length >= 20 && text[10] is 'T' or 't'
        && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
