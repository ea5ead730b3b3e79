using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Discovery;

/// <summary>/openapi/v3: an index with a hash per group version, and the documents.</summary>
internal sealed class OpenApiHandler(ResourceCatalog catalog) : IRequestHandler
{
    // Built-in documents never change; those of CRDs are rebuilt when the catalogue does.
    private readonly ConcurrentDictionary<(string Path, int Generation), byte[]> _documents = new();

    public bool Handles(RequestInfo info) => info.Path.StartsWith("/openapi/", StringComparison.Ordinal);

    public Task HandleAsync(ApiRequest request)
    {
        var http = request.Http;
        switch (request.Info.Path.Trim('/').Split('/'))
        {
            case ["openapi", "v3"]:
                return request.WriteObjectAsync(200, Index());
            case ["openapi", "v3", "api", var version] when catalog.HasGroupVersion("", version):
                return WriteAsync(http, "", version);
            case ["openapi", "v3", "apis", var group, var version] when catalog.HasGroupVersion(group, version):
                return WriteAsync(http, group, version);
            case ["openapi", "v2"]:
                // kubectl's fallback for servers without v3; nothing here needs it.
                return request.WriteObjectAsync(200, new JsonObject
                {
                    ["swagger"] = "2.0",
                    ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.2" },
                    ["paths"] = new JsonObject(),
                    ["definitions"] = new JsonObject(),
                });
            default:
                return Responses.WriteNotFoundPageAsync(http);
        }
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in catalog.All.Select(r => (r.Group, r.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={Hash(group, version)}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    // The index must not build every document: what a document is made of stands for it.
    private string Hash(string group, string version)
    {
        var resources = catalog.All.Where(r => r.Group == group && r.Version == version)
            .Select(r => $"{r.Resource}:{r.Definition?.ToJsonString()}");
        return Convert.ToHexString(SHA512.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join("\n", resources))));
    }

    private Task WriteAsync(HttpContext http, string group, string version)
    {
        var custom = catalog.All.Any(r => r.Group == group && r.Version == version && r.IsCustom);
        var body = _documents.GetOrAdd(($"{group}/{version}", custom ? catalog.Generation : 0), _ =>
            Json.ToUtf8(OpenApiDocument.Build(group, version, [.. catalog.All.Where(r => r.Group == group && r.Version == version)])));
        if (http.Request.Query.ContainsKey("hash"))
        {
            http.Response.Headers.CacheControl = "public, immutable";
        }

        http.Response.Headers.ETag = $"\"{Convert.ToHexString(SHA512.HashData(body))}\"";
        http.Response.Headers.Vary = "Accept-Encoding, Accept";
        return Responses.WriteBytesAsync(http, 200, "application/json", body);
    }
}
