using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>Writes answers.</summary>
internal static class Responses
{
    public static Task WriteAsync(HttpContext http, int code, JsonObject obj) =>
        WriteBytesAsync(http, code, "application/json", Json.ToUtf8(obj));

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
