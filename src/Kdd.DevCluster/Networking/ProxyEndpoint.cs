using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Networking;

/// <summary>
/// The proxy sub-resource of Services and pods: <c>/api/v1/namespaces/{ns}/services/{[scheme:]name[:port]}/proxy/…</c> sends the
/// request on to a ready pod and streams the answer back.
/// </summary>
internal sealed class ProxyEndpoint(ObjectStore store) : IRequestHandler, IDisposable
{
    private static readonly string[] NotForwarded =
        ["Authorization", "Connection", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    });

    public bool Handles(RequestInfo info) => info is { Group: "", Resource: "services" or "pods", Subresource: "proxy" };

    public async Task HandleAsync(ApiRequest request)
    {
        var (scheme, name, port) = Split(request.Info.Name);
        var target = request.Info.Resource == "services"
            ? ServiceTarget(request.Info.Namespace, name, port)
            : PodTarget(request.Info.Namespace, name, port);
        var http = request.Http;
        string path = PathAfterProxy(http.Request.Path.ToUriComponent(), request.Info);
        using var message = new HttpRequestMessage(
            new HttpMethod(http.Request.Method), new Uri($"{scheme}://{target}/{path}{http.Request.QueryString.ToUriComponent()}"));
        CopyRequest(http.Request, message);
        try
        {
            using var response = await _client.SendAsync(message, request.Aborted);
            await CopyResponseAsync(response, http, request.Aborted);
        }
        catch (HttpRequestException e) when (!http.Response.HasStarted)
        {
            throw new ApiException(503, "ServiceUnavailable", $"error trying to reach service: {e.Message}");
        }
    }

    public void Dispose() => _client.Dispose();

    // [scheme:]name[:port]
    private static (string Scheme, string Name, string Port) Split(string id) => id.Split(':') switch
    {
        [var name] => ("http", name, ""),
        [var name, var port] => ("http", name, port),
        [var scheme, var name, var port] when scheme is "" or "http" or "https" => (scheme.Length == 0 ? "http" : scheme, name, port),
        _ => throw Errors.BadRequest($"invalid service request \"{id}\""),
    };

    private IPEndPoint ServiceTarget(string ns, string name, string port)
    {
        var service = store.Get(ServiceEndpoints.Services, ns, name) ?? throw Errors.NotFound(ServiceEndpoints.Services, name);
        var servicePort = ServiceEndpoints.FindPort(service, port)
            ?? throw new ApiException(503, "ServiceUnavailable", $"no service port \"{port}\" found for service \"{name}\"");
        return ServiceEndpoints.Choose(store, service, servicePort)
            ?? throw new ApiException(503, "ServiceUnavailable", $"no endpoints available for service \"{name}\"");
    }

    private IPEndPoint PodTarget(string ns, string name, string port)
    {
        var pod = store.Get(PodFactory.Pods, ns, name) ?? throw Errors.NotFound(PodFactory.Pods, name);
        var ports = (pod.Arr("spec", "containers") ?? []).SelectMany(c => c.Arr("ports") ?? []).OfType<JsonObject>().ToList();
        int number = int.TryParse(port, CultureInfo.InvariantCulture, out int given)
            ? given
            : (port.Length == 0 ? ports.FirstOrDefault() : ports.FirstOrDefault(p => p.Str("name") == port)).Int("containerPort") ?? 80;
        return pod.Str("status", "podIP") is { } address
            ? new IPEndPoint(IPAddress.Parse(address), number)
            : throw Errors.BadRequest("address not allowed");
    }

    private static string PathAfterProxy(string path, RequestInfo info)
    {
        int at = path.IndexOf("/proxy", path.IndexOf($"/{info.Resource}/", StringComparison.Ordinal), StringComparison.Ordinal);
        return path[(at + "/proxy".Length)..].TrimStart('/');
    }

    private static void CopyRequest(HttpRequest from, HttpRequestMessage to)
    {
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0)
        {
            to.Content = new StreamContent(from.Body);
        }
        foreach (var (name, values) in from.Headers)
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith(':')
                && !to.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                to.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }
    }

    private static async Task CopyResponseAsync(HttpResponseMessage from, HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.Concat(from.Content.Headers))
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }
        await using var body = await from.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[32 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
        }
    }
}
