using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Kdd.LoadTest.Processes;

/// <summary>Operator and gateway as processes beside a <see cref="ClusterProcess"/>, on loopback and without sign-in.</summary>
internal sealed class KddProcesses : IAsyncDisposable
{
    private const string ServiceAccount = "api/v1/namespaces/kdd-system/serviceaccounts";

    private readonly string _folder = Directory.CreateTempSubdirectory("kdd-bench-").FullName;

    private KddProcesses()
    {
    }

    public Process Operator { get; private set; } = null!;

    public Process Gateway { get; private set; } = null!;

    /// <summary>Streams as a viewer gets them.</summary>
    public HttpClient Viewer { get; private set; } = null!;

    /// <summary>Streams as the gateway gets them.</summary>
    public HttpClient Direct { get; private set; } = null!;

    /// <summary>The gateway's management port.</summary>
    public HttpClient Management { get; private set; } = null!;

    public static async Task<KddProcesses> StartAsync(ClusterProcess cluster, CancellationToken cancellationToken)
    {
        var kdd = new KddProcesses();
        using HttpClient api = cluster.CreateHttpClient();
        string token = await PrepareAsync(api, cancellationToken);
        string tokenFile = Path.Combine(kdd._folder, "operator-token");
        await File.WriteAllTextAsync(tokenFile, token, cancellationToken);
        string[] ports = [.. Enumerable.Range(0, 4).Select(_ => $"127.0.0.1:{ClusterProcess.FreePort()}")];

        kdd.Operator = Start("Kdd.Operator",
            "--kubeconfig", cluster.KubeconfigPath, "--namespace", "kdd-system", "--listen", ports[0], "--management-listen", ports[1],
            "--max-viewers", "5000", "--max-viewers-per-user", "5000");
        kdd.Gateway = Start("Kdd.Gateway",
            "--kubeconfig", cluster.KubeconfigPath, "--namespace", "kdd-system", "--listen", ports[2], "--management-listen", ports[3],
            "--access-mode", "none", "--access-credentials", cluster.KubeconfigPath, "--operator-token", tokenFile, "--requests-per-second", "10000", "--max-connections-per-address", "5000");
        kdd.Viewer = Client($"http://{ports[2]}");
        kdd.Management = Client($"http://{ports[3]}");
        kdd.Direct = Client($"https://{ports[0]}");
        kdd.Direct.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        kdd.Direct.DefaultRequestHeaders.Add("Kdd-Viewer", "bench");
        kdd.Direct.DefaultRequestVersion = HttpVersion.Version20;
        kdd.Direct.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await ReadyAsync($"http://{ports[1]}/readyz", cancellationToken);
        await ReadyAsync($"http://{ports[3]}/readyz", cancellationToken);
        return kdd;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in new[] { Gateway, Operator })
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Viewer.Dispose();
        Direct.Dispose();
        Management.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes the CRD, kdd's namespace and the gateway's service account.</summary>
    /// <returns>The gateway's token for the operator.</returns>
    public static async Task<string> PrepareAsync(HttpClient api, CancellationToken cancellationToken)
    {
        string crd = await File.ReadAllTextAsync(Path.Combine(Programs.Checkout(), "config", "crds", "kdd.dev_logviews.yaml"), cancellationToken);
        await PostAsync(api, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, "application/yaml", cancellationToken);
        await PostAsync(api, "api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kdd-system"}}""", "application/json", cancellationToken);
        await PostAsync(api, ServiceAccount, """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"kdd-gateway"}}""", "application/json", cancellationToken);
        using JsonDocument token = JsonDocument.Parse(await PostAsync(
            api, $"{ServiceAccount}/kdd-gateway/token", """{"spec":{"audiences":["kdd-operator"],"expirationSeconds":86400}}""", "application/json", cancellationToken));
        return token.RootElement.GetProperty("status").GetProperty("token").GetString()!;
    }

    public static async Task<string> PostAsync(HttpClient api, string path, string body, string type, CancellationToken cancellationToken)
    {
        using StringContent content = new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using HttpResponseMessage response = await api.PostAsync(path, content, cancellationToken);
        string answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? answer : throw new InvalidOperationException($"POST {path}: {answer}");
    }

    public static Process Start(string program, params string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [Programs.PathOf(program), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })
        is { } process ? Drained(process) : throw new InvalidOperationException($"{program} did not start");

    /// <summary>Its log goes nowhere, but a full pipe would stop it.</summary>
    private static Process Drained(Process process)
    {
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static HttpClient Client(string address) => new(new SocketsHttpHandler
    {
        EnableMultipleHttp2Connections = true,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    {
        BaseAddress = new Uri(address),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static async Task ReadyAsync(string address, CancellationToken cancellationToken)
    {
        using HttpClient client = new();
        string last = "no answer";
        for (int i = 0; i < 300; i++)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri(address), cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                last = await response.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{address} was not ready within 30 s: {last}"));
    }
}
