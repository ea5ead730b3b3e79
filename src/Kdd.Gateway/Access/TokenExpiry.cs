using System.Buffers.Text;
using System.Text.Json;

namespace Kdd.Gateway.Access;

/// <summary>Reads the end of a token's life out of it, without trust: it only makes a cookie end earlier. The API server decides.</summary>
internal static class TokenExpiry
{
    /// <summary>The <c>exp</c> of a JWT (RFC 7519); null for a token of another form, or without one.</summary>
    public static DateTimeOffset? Of(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        try
        {
            using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.RootElement.ValueKind == JsonValueKind.Object
                && claims.RootElement.TryGetProperty("exp", out JsonElement exp) && exp.ValueKind == JsonValueKind.Number
                && exp.TryGetInt64(out long seconds) && seconds is > 0 and < 253_402_300_800
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
