using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Discovery;

/// <summary>/version, /healthz, /livez and /readyz.</summary>
internal sealed class ServerInfoHandler : IRequestHandler
{
    public bool Handles(RequestInfo info) => info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["version"] or ["healthz" or "livez" or "readyz", ..];

    public Task HandleAsync(ApiRequest request)
    {
        if (request.Http.Request.Method is not ("GET" or "HEAD"))
        {
            throw ResourceHandler.MethodNotAllowed();
        }

        if (request.Info.Path.TrimEnd('/') != "/version")
        {
            var text = request.Http.Request.Query.ContainsKey("verbose") ? "[+]ping ok\n[+]log ok\n[+]poststarthook/storage-readiness ok\n" + $"{request.Info.Path.Trim('/')} check passed\n" : "ok";
            request.Http.Response.Headers["X-Content-Type-Options"] = "nosniff";
            return Responses.WriteBytesAsync(request.Http, 200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
        }

        return request.WriteObjectAsync(200, new JsonObject
        {
            ["major"] = "1",
            ["minor"] = "36",
            ["emulationMajor"] = "1",
            ["emulationMinor"] = "36",
            ["minCompatibilityMajor"] = "1",
            ["minCompatibilityMinor"] = "35",
            ["gitVersion"] = "v1.36.2",
            ["gitCommit"] = "devcluster",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2026-08-21T00:00:00Z",
            ["goVersion"] = "none",
            ["compiler"] = "dotnet",
            ["platform"] = "linux/amd64",
        });
    }
}
