using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Transcripts.Commands;
using Kdd.DevCluster.Tests.Transcripts.Logs;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>A cluster with the workloads of the recorded one (_demo-workloads.yaml), at the time of the recording.</summary>
public sealed class DemoCluster : IAsyncLifetime
{
    // The demo's CronJob is due at even minutes: at 13:00 a first job, at 13:02 the one that is active in the recording.
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 59, 59, 900, TimeSpan.Zero);

    private static readonly ResourceKey Pods = new("", "pods");

    private readonly RecordedClock _clock = new();

    private string CrashPod => Cluster.Store.List(Pods, "t1").Select(pod => pod.Name()).Single(name => name.StartsWith("crash-", StringComparison.Ordinal));

    public TestCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _clock.Set(Start);
        Cluster = await TestCluster.StartAsync(new DevClusterOptions
        {
            TimeProvider = _clock,
            Kubelet = new KubeletSettings
            {
                RestartDelay = TimeSpan.FromMilliseconds(1),
                InitialBackOff = TimeSpan.FromMinutes(5),
                Scripts = new Dictionary<string, ContainerScript> { ["busybox"] = DemoContainers.RunAsync },
            },
        });
        var documents = TranscriptCase.ReadFile("_demo-workloads.yaml").Split("\n---\n").ToLookup(document => document.Contains("name: crash", StringComparison.Ordinal));
        await CreateAsync(string.Join("\n---\n", documents[false]));
        await WaitAsync("apps", "deployments", "web", d => d.Int("status", "availableReplicas") == 3);
        await WaitAsync("apps", "statefulsets", "db", s => s.Int("status", "availableReplicas") == 2);
        await WaitAsync("apps", "daemonsets", "agent", d => d.Int("status", "numberAvailable") == 1);
        await WaitAsync("apps", "deployments", "chatty", d => d.Int("status", "availableReplicas") == 1);
        await WaitAsync("batch", "jobs", "once", j => j.Int("status", "succeeded") == 1);
        _clock.Set(Start.AddSeconds(3));
        await WaitAsync("batch", "cronjobs", "tick", c => c.Str("status", "lastSuccessfulTime") is not null);
        _clock.Set(Start.AddMinutes(2).AddSeconds(3));
        await Kubectl.RunAsync(Cluster.Host.Kubeconfig, "kubectl label -n t1 cronjob/tick touched=yes");
        await Kubectl.RunAsync(Cluster.Host.Kubeconfig, "kubectl label -n t1 cronjob/tick touched-");
        await WaitAsync("batch", "cronjobs", "tick", c => c.Arr("status", "active") is { Count: 1 });
        // The time stands still from here on: a container that ended twice stays so, as it was recorded.
        await CreateAsync(documents[true].Single());
        await WaitAsync("apps", "deployments", "crash", d => d.Int("status", "replicas") == 1);
        await Cluster.WaitAsync(Pods, "t1", CrashPod, p => (p.Arr("status", "containerStatuses") ?? []).Any(c => c.Int("restartCount") == 1 && c.Obj("state", "terminated") is not null)
            && (p.Arr("status", "containerStatuses") ?? []).Any(c => c.Obj("state", "running") is not null));
    }

    /// <summary>A recorded path with the names that the pods have here; creates pods of its own that it speaks of.</summary>
    public async Task<string> PathAsync(string path)
    {
        Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Running);
        string? own = path.Split('/')[^1] switch { "initing" => "initing", "prev" => "prev", "terming" => "terming", _ => null };
        if (own is not null)
        {
            await OwnPods.CreateAsync(this, own);
            return path;
        }

        if (path.Contains("continue=", StringComparison.Ordinal))
        {
            // The page after the first two pods, agent and chatty.
            using var page = await Cluster.Admin.GetAsync("/api/v1/namespaces/t1/pods?limit=2", TestContext.Current.CancellationToken);
            var list = JsonNode.Parse(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            return $"/api/v1/namespaces/t1/pods?limit=2&continue={list["metadata"]!["continue"]}";
        }

        path = path.Replace("resourceVersion=2194", $"resourceVersion={Cluster.Store.Revision}", StringComparison.Ordinal);
        return path.Replace("crash-5647cf8d79-6xwpv", CrashPod, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Creates the objects of a manifest.</summary>
    public async Task CreateAsync(string manifest)
    {
        var (exit, _, errors) = await Kubectl.RunAsync(Cluster.Host.Kubeconfig, "kubectl create -f -", manifest);
        // The cluster has a namespace t1 already.
        Assert.True(exit == 0 || !errors.Contains("BadRequest", StringComparison.Ordinal), errors);
    }

    private Task<JsonObject> WaitAsync(string group, string resource, string name, Func<JsonObject, bool> wanted) =>
        Cluster.WaitAsync(new ResourceKey(group, resource), "t1", name, wanted);
}
