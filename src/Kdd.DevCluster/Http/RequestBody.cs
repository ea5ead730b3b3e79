using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Http;

/// <summary>Decodes request bodies.</summary>
internal static class RequestBody
{
    public static async Task<JsonObject> ReadObjectAsync(HttpContext http, RequestInfo info)
    {
        _ = info;
        try
        {
            var node = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return node as JsonObject ?? throw new ApiException(400, "BadRequest", "the body must be a JSON object");
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "BadRequest", e.Message);
        }
    }
}
