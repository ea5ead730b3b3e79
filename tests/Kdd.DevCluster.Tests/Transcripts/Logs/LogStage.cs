using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>A cluster with the recorded users whose containers write what a test tells them.</summary>
internal sealed class LogStage(bool splitStreams) : IAsyncDisposable
{
    public const string Node = "node-1";

    private const string Rbac = "rbac.authorization.k8s.io";
    private static readonly ResourceKey Pods = new("", "pods");
    private readonly ConcurrentDictionary<string, StagedContainer> _containers = new(StringComparer.Ordinal);

    public TestCluster Cluster { get; private set; } = null!;

    public RecordedClock Clock { get; } = new();

    public async Task StartAsync()
    {
        Cluster = await TestCluster.StartAsync(new DevClusterOptions
        {
            TimeProvider = Clock,
            Users = new Dictionary<string, UserInfo> { ["alice-token"] = new("alice", []), ["bob-token"] = new("bob", ["dev"]) },
            Kubelet = new KubeletSettings
            {
                // The second end stays: the recorded pods were looked at between their restarts.
                RestartDelay = TimeSpan.FromMilliseconds(1),
                InitialBackOff = TimeSpan.FromMinutes(5),
                Scripts = new Dictionary<string, ContainerScript> { ["busybox"] = (context, terminated) => Container(context.Spec.Pod, context.Spec.Name).RunAsync(context, terminated) },
                Logs = new LogSettings { SplitStreams = splitStreams },
            },
        });
        Cluster.AddNamespace("t2");
        await Cluster.WaitAsync(new ResourceKey("", "serviceaccounts"), "t2", "default", _ => true);
        Cluster.Store.Create(new ResourceKey(Rbac, "roles"), TestCluster.Json("""
            {"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"log-reader","namespace":"t2"},
             "rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get"]}]}
            """));
        Cluster.Store.Create(new ResourceKey(Rbac, "rolebindings"), TestCluster.Json("""
            {"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"bob","namespace":"t2"},
             "subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}],
             "roleRef":{"kind":"Role","name":"log-reader","apiGroup":"rbac.authorization.k8s.io"}}
            """));
    }

    public HttpClient ClientOf(string? user) => Cluster.ClientFor(user switch
    {
        null => null,
        "admin" => Cluster.Host.AdminToken,
        _ => $"{user}-token",
    });

    public StagedContainer Container(string pod, string name) => _containers.GetOrAdd($"{pod}/{name}", _ => new StagedContainer());

    /// <summary>Creates a pod; completes when it is as wanted.</summary>
    public Task CreateAsync(string name, JsonObject spec, Func<JsonObject, bool> wanted, string ns = "t1")
    {
        Cluster.Store.Create(Pods, new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["spec"] = spec,
        });
        return WaitAsync(name, wanted, ns);
    }

    public Task<JsonObject> WaitAsync(string pod, Func<JsonObject, bool> wanted, string ns = "t1") => Cluster.WaitAsync(Pods, ns, pod, wanted);

    /// <summary>Takes everything away that the case before left.</summary>
    public async Task ResetAsync()
    {
        Cluster.Host.Faults.SetKubelet(Node, KubeletMode.Running);
        Cluster.Host.Faults.Clear();
        var workers = Cluster.Host.Services.GetRequiredService<NodeAgents>().All.SelectMany(node => node.Workers).ToList();
        foreach (var pod in Cluster.Store.List(Pods))
        {
            Cluster.Store.Delete(Pods, pod.Namespace(), pod.Name(), DeleteOptions.Immediate);
            await Cluster.WaitForDeletionAsync(Pods, pod.Namespace(), pod.Name());
        }

        foreach (var container in _containers.Values)
        {
            container.Complete();
        }

        // Only when the old containers have ended nobody takes what new ones of the same names are told.
        await Task.WhenAll(workers.Select(worker => worker.Completed)).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System);
        _containers.Clear();
    }

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The stages of the log cases: with and without the alpha feature PodLogsQuerySplitStreams.</summary>
public sealed class LogStages : IAsyncLifetime
{
    private readonly LogStage _plain = new(splitStreams: false);
    private readonly LogStage _split = new(splitStreams: true);

    internal LogStage For(string name) => name.StartsWith("log-split-", StringComparison.Ordinal) ? _split : _plain;

    public async ValueTask InitializeAsync()
    {
        await _plain.StartAsync();
        await _split.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _plain.DisposeAsync();
        await _split.DisposeAsync();
    }
}
