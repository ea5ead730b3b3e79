using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>Writes answers.</summary>
internal static class Responses
{
    public static Task WriteAsync(HttpContext http, int code, JsonObject obj, bool yaml = false) => yaml
        ? WriteBytesAsync(http, code, "application/yaml", YamlWriter.Write(obj))
        : WriteBytesAsync(http, code, "application/json", Json.ToUtf8(obj));

    /// <summary>Tells the client of something that was accepted but is not right (RFC 7234 Warning, code 299).</summary>
    public static void AddWarnings(HttpContext http, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            var text = warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            http.Response.Headers.Append("Warning", $"299 - \"{new string([.. text.Where(c => c is >= ' ' and < '\x7f')])}\"");
        }
    }

    public static async Task WriteBytesAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static Task WriteStatusAsync(HttpContext http, ApiException error)
    {
        if (error.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteBytesAsync(http, error.Code, "application/json", Encoding.UTF8.GetBytes(error.ToStatus().ToJsonString()));
    }

    /// <summary>What Go's mux says of a path that nobody serves: text, not a Status.</summary>
    public static Task WriteNotFoundPageAsync(HttpContext http)
    {
        http.Response.Headers["X-Content-Type-Options"] = "nosniff";
        return WriteBytesAsync(http, 404, "text/plain; charset=utf-8", "404 page not found\n"u8.ToArray());
    }
}
