using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Protobuf;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>Reads and decodes request bodies.</summary>
internal static class RequestBody
{
    private const int Limit = 3 << 20; // apiserver's MaxRequestBodyBytes

    /// <summary>The body as bytes.</summary>
    /// <exception cref="ApiException">413 above 3 MiB.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {Limit}");
        }

        return buffer.ToArray();
    }

    /// <summary>The body as an object of any kind.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpContext http, RequestInfo info)
    {
        var body = await ReadAsync(http);
        return Decode(body, MediaType(http.Request), info.Resource, null);
    }

    /// <summary>The Content-Type without parameters; JSON when there is none.</summary>
    public static string MediaType(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim() is { Length: > 0 } type ? type : "application/json";

    /// <summary>Decodes an object.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="mediaType">JSON, YAML or protobuf.</param>
    /// <param name="kind">What is expected, for the message.</param>
    /// <param name="duplicates">Gets the paths of repeated keys.</param>
    /// <exception cref="ApiException">400 malformed, 415 another media type.</exception>
    public static JsonObject Decode(byte[] body, string mediaType, string kind, List<string>? duplicates)
    {
        try
        {
            var node = mediaType switch
            {
                "application/json" => Json.Parse(body, duplicates is null ? null : duplicates.Add),
                "application/yaml" or "application/x-yaml" => Yaml.Parse(body, duplicates),
                "application/vnd.kubernetes.protobuf" => ProtobufDecoder.Decode(body)
                    ?? throw UnsupportedMediaType("application/json, application/yaml"),
                _ => throw UnsupportedMediaType("application/json, application/yaml, application/vnd.kubernetes.protobuf"),
            };
            return node as JsonObject ?? throw Unrecognized(body, kind, "json: cannot unmarshal into Go value of type struct { APIVersion string; Kind string }");
        }
        catch (JsonException e)
        {
            throw Unrecognized(body, kind, $"json parse error: {GoMessage(e)}");
        }
        catch (FormatException e)
        {
            throw Unrecognized(body, kind, e.Message);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw Unrecognized(body, kind, $"yaml: line {e.Start.Line}: {e.Message}");
        }
    }

    public static ApiException UnsupportedMediaType(string accepted) => new(415, "UnsupportedMediaType",
        $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    private static ApiException Unrecognized(byte[] body, string kind, string why)
    {
        var text = System.Text.Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 30));
        var shown = body.Length > 30 ? text + " ..." : text;
        return Errors.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; {why} ({shown})");
    }

    private static string GoMessage(JsonException e) =>
        e.Message.Contains("end of", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("Expected depth", StringComparison.Ordinal)
            ? "unexpected end of JSON input"
            : e.Message.Split(" LineNumber", 2)[0];
}
