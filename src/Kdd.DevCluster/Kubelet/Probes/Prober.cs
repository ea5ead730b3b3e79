using System.Net.Sockets;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Probes;

/// <summary>The outcome of one probe.</summary>
internal readonly record struct ProbeResult(bool Succeeded, string Message);

/// <summary>Runs one probe: httpGet, tcpSocket or exec, against the pod's own address.</summary>
internal sealed class Prober(ContainerRuntime runtime) : IDisposable
{
    // A kubelet does not check certificates and does not follow redirects to other hosts; 3xx counts as success.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Probes once, for at most the probe's timeoutSeconds.</summary>
    public async Task<ProbeResult> RunAsync(JsonObject probe, JsonObject container, ContainerSpec spec, string podIP, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = TimeSpan.FromSeconds(probe.Long("timeoutSeconds") ?? 1);
        limit.CancelAfter(timeout);
        try
        {
            if (probe.Obj("httpGet") is { } http)
            {
                return await GetAsync(http, container, podIP, limit.Token);
            }
            if (probe.Obj("tcpSocket") is { } tcp)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(tcp.Str("host") ?? podIP, Port(tcp["port"], container), limit.Token);
                return new ProbeResult(true, "");
            }
            if (probe.Obj("exec") is { } exec)
            {
                string[] command = [.. (exec.Arr("command") ?? []).Select(word => (string?)word ?? "")];
                int? exitCode = await runtime.ExecuteAsync(spec, command, timeout, cancellationToken);
                return exitCode is null ? new ProbeResult(false, $"command timed out after {timeout}") : new ProbeResult(exitCode == 0, "");
            }
            return new ProbeResult(false, "only httpGet, tcpSocket and exec probes are run here");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(false, "context deadline exceeded");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or ContainerStartException)
        {
            return new ProbeResult(false, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProbeResult> GetAsync(JsonObject http, JsonObject container, string podIP, CancellationToken cancellationToken)
    {
        string scheme = http.Str("scheme") == "HTTPS" ? "https" : "http";
        string path = http.Str("path") ?? "/";
        string host = http.Str("host") ?? podIP;
        var url = new Uri($"{scheme}://{host}:{Port(http["port"], container)}{(path.StartsWith('/') ? "" : "/")}{path}");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.36");
        foreach (var header in (http.Arr("httpHeaders") ?? []).OfType<JsonObject>())
        {
            request.Headers.TryAddWithoutValidation(header.Str("name") ?? "", header.Str("value"));
        }
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        int status = (int)response.StatusCode;
        return status is >= 200 and < 400
            ? new ProbeResult(true, "")
            : new ProbeResult(false, $"HTTP probe failed with statuscode: {status}");
    }

    private static int Port(JsonNode? port, JsonObject container)
    {
        if (port is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String)
        {
            string name = (string)port!;
            return (container.Arr("ports") ?? []).OfType<JsonObject>().FirstOrDefault(p => p.Str("name") == name).Int("containerPort")
                ?? (int.TryParse(name, out int number) ? number : 0);
        }
        return new JsonObject { ["port"] = port?.DeepClone() }.Int("port") ?? 0;
    }
}
