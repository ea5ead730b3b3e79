using System.Diagnostics;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.LoadTest.Processes;
using Kdd.LoadTest.Reporting;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kdd.LoadTest.Scenarios;

/// <summary>
/// 5,000 pods read into the operator's cache, and by the typed client's list, in turn and in this process. Both by pages, for what
/// reading costs; and as the operator does it where the server can, as a stream that neither side holds a page of.
/// </summary>
internal static class PodCacheScenario
{
    private const int Pods = 5_000;
    private const int PageSize = 500;
    private const int Rounds = 7;

    /// <summary>Rounds before them, in which both sides connect and the code of both is compiled to its last form.</summary>
    private const int WarmUp = 3;
    private const string Peer = "KubernetesClient list";

    public static async Task<IReadOnlyList<Row>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: true, cancellationToken);
        using HttpClient api = cluster.CreateHttpClient();
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.KubeconfigPath));
        await Parallel.ForAsync(0, Pods, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (n, token) => await KddProcesses.PostAsync(api, "api/v1/namespaces/default/pods", PodJson(n), "application/json", token));

        List<Cost> cached = [], cachedByPages = [], listed = [], paged = [];
        for (int round = 0; round < WarmUp + Rounds; round++)
        {
            cached.Add(await MeasureAsync(() => CacheAsync(api, watchList: true, cancellationToken)));
            cachedByPages.Add(await MeasureAsync(() => CacheAsync(api, watchList: false, cancellationToken)));
            listed.Add(await MeasureAsync(() => ListTypedAsync(client, cancellationToken)));
            paged.Add(await MeasureAsync(() => ReceivePagesAsync(api, cancellationToken)));
        }

        double theirs = Time(listed), transport = Time(paged);
        return
        [
            new Row("operator.podcache.time", Time(cachedByPages) - transport, "CPU ms by pages, beyond transport") { Peer = Peer, PeerValue = theirs - transport },
            new Row("operator.podcache.time.all", Time(cachedByPages), "CPU ms by pages") { Peer = Peer, PeerValue = theirs, Bar = Bar.AtMost(0.2) },
            new Row("operator.podcache.time.stream", Time(cached), "CPU ms as a stream") { Peer = Peer, PeerValue = theirs },
            new Row("operator.podcache.memory", Memory(cached), "MB") { Peer = Peer, PeerValue = Memory(listed), Bar = Bar.AtMost(0.1) },
        ];
    }

    /// <summary>The bytes alone, to nowhere: TLS and HTTP cost both sides the same and are neither's doing.</summary>
    private static async Task<object> ReceivePagesAsync(HttpClient api, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        string? next = "";
        while (next is not null)
        {
            await using Stream body = await api.GetStreamAsync($"api/v1/namespaces/default/pods?limit={PageSize}&continue={next}", cancellationToken);
            int start = await body.ReadAtLeastAsync(buffer, 1024, throwOnEndOfStream: false, cancellationToken);
            next = ContinueOf(buffer.AsSpan(0, start));
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
            }
        }

        return buffer;
    }

    /// <summary>The token of the next page, which stands before the items; null on the last.</summary>
    private static string? ContinueOf(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> name = "\"continue\":\""u8;
        int at = start.IndexOf(name);
        ReadOnlySpan<byte> token = at < 0 ? default : start[(at + name.Length)..];
        return token.IsEmpty || token[0] == '"' ? null : Uri.EscapeDataString(System.Text.Encoding.UTF8.GetString(token[..token.IndexOf((byte)'"')]));
    }

    private static async Task<object> CacheAsync(HttpClient api, bool watchList, CancellationToken cancellationToken)
    {
        var informer = new Informer<PodRecord>(
            new KubernetesApi(api, TimeProvider.System), new InformerOptions { Type = ResourceType.Pods, Namespace = "default", WatchList = watchList }, PodReader.Format, TimeProvider.System, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = informer.RunAsync(stop.Token);
        await informer.Synced.WaitAsync(cancellationToken);
        await stop.CancelAsync();
        await running;
        return informer.Lister.Count >= Pods ? informer : throw new InvalidOperationException($"cached {informer.Lister.Count} of {Pods} pods");
    }

    private static async Task<object> ListTypedAsync(k8s.Kubernetes client, CancellationToken cancellationToken)
    {
        List<V1Pod> pods = [];
        V1PodList page;
        string? next = null;
        do
        {
            page = await client.CoreV1.ListNamespacedPodAsync("default", limit: PageSize, continueParameter: next, cancellationToken: cancellationToken);
            pods.AddRange(page.Items);
            next = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(next));
        return pods.Count >= Pods ? pods : throw new InvalidOperationException($"listed {pods.Count} of {Pods} pods");
    }

    /// <summary>Processor time, because the server's share of the wall clock is the same for both; memory that stays.</summary>
    private static async Task<Cost> MeasureAsync(Func<Task<object>> read)
    {
        // What the round before has left on this thread's stack would count as live.
        await Task.Yield();
        long before = Settled();
        using var self = Process.GetCurrentProcess();
        TimeSpan started = self.TotalProcessorTime;
        object? kept = await read();
        self.Refresh();
        double milliseconds = (self.TotalProcessorTime - started).TotalMilliseconds;
        long retained = Settled() - before;
        GC.KeepAlive(kept);

        // Or the caller's state machine would hold it into the next round.
        kept = null;
        return new Cost(milliseconds, retained);
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static double Time(IEnumerable<Cost> costs) => Median(costs.Select(cost => cost.Milliseconds));

    private static double Memory(IEnumerable<Cost> costs) => Median(costs.Select(cost => cost.Retained / 1e6));

    /// <summary>Of all rounds but those that warm up.</summary>
    private static double Median(IEnumerable<double> rounds) => rounds.Skip(WarmUp).Order().ElementAt(Rounds / 2);

    /// <summary>About what a Deployment's pod with a sidecar is on a cluster: 5 kB with managedFields.</summary>
    private static string PodJson(int n)
    {
        object Container(string name) => new
        {
            name,
            image = $"registry.example/shop/{name}:v1.42.0",
            ports = new[] { new { name = "http", containerPort = 8080, protocol = "TCP" } },
            env = Enumerable.Range(0, 12).Select(e => new { name = $"SETTING_{e}", value = $"value-{e}-of-{name}" }),
            resources = new { requests = new { cpu = "100m", memory = "128Mi" }, limits = new { memory = "256Mi" } },
            volumeMounts = new[] { new { name = "config", mountPath = "/etc/config" }, new { name = "cache", mountPath = "/var/cache" } },
            readinessProbe = new { httpGet = new { path = "/ready", port = 8080 }, periodSeconds = 5 },
        };

        return JsonSerializer.Serialize(new
        {
            apiVersion = "v1",
            kind = "Pod",
            metadata = new
            {
                name = $"checkout-7c9f6d5b8-{n:00000}",
                labels = new Dictionary<string, string> { ["app"] = "checkout", ["tier"] = "web", ["pod-template-hash"] = "7c9f6d5b8" },
                annotations = new Dictionary<string, string> { ["prometheus.io/scrape"] = "true", ["checksum/config"] = new string('a', 64) },
                ownerReferences = new[] { new { apiVersion = "apps/v1", kind = "ReplicaSet", name = "checkout-7c9f6d5b8", uid = "7f9c1f6e-1111-4222-8333-444455556666", controller = true } },
            },
            spec = new
            {
                containers = new[] { Container("checkout"), Container("proxy") },
                volumes = new object[] { new { name = "config", configMap = new { name = "checkout" } }, new { name = "cache", emptyDir = new { } } },
            },
        });
    }

    private readonly record struct Cost(double Milliseconds, double Retained);
}
