using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Recorded;

/// <summary>A cluster with the users and pods that the recorded requests speak of.</summary>
public sealed class RecordedCluster : IAsyncLifetime
{
    private static readonly ResourceKey Pods = new("", "pods");
    private readonly Dictionary<string, string> _tokens = new() { ["alice"] = "alice-token", ["bob"] = "bob-token" };

    public TestCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync(new()
        {
            Users = _tokens.ToDictionary(user => user.Value, user => new UserInfo(user.Key, [])),
            Kubelet = new KubeletSettings { Logs = new LogSettings { SplitStreams = false } },
        });
        Cluster.AddNamespace("t2");
        AddBob();
        await AddPodsAsync();
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>The client of a recorded user: admin, alice, bob, nobody (null), or one with a token that is none.</summary>
    public HttpClient ClientOf(string? user) => Cluster.ClientFor(user switch
    {
        null => null,
        "admin" => Cluster.Host.AdminToken,
        _ => _tokens.GetValueOrDefault(user, "nonsense"),
    });

    /// <summary>The pod <c>creating2</c>, whose ConfigMap is missing.</summary>
    public async Task EnsureCreatingAsync()
    {
        if (Cluster.Store.Get(Pods, "t1", "creating2") is null)
        {
            var creating = Manifests.Shell("true");
            creating["volumeMounts"] = JsonNode.Parse("""[{"name":"config","mountPath":"/config"}]""");
            var held = Manifests.PodSpec("Always", creating);
            held["volumes"] = JsonNode.Parse("""[{"name":"config","configMap":{"name":"absent"}}]""");
            Create("creating2", held);
        }
        await WaitAsync("creating2", pod => Waiting(pod) == "ContainerCreating");
    }

    private void AddBob()
    {
        Cluster.Store.Create(new ResourceKey("rbac.authorization.k8s.io", "roles"), TestCluster.Json("""
            {"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"log-reader","namespace":"t2"},
             "rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get"]}]}
            """));
        Cluster.Store.Create(new ResourceKey("rbac.authorization.k8s.io", "rolebindings"), TestCluster.Json("""
            {"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"bob","namespace":"t2"},
             "subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}],
             "roleRef":{"kind":"Role","name":"log-reader","apiGroup":"rbac.authorization.k8s.io"}}
            """));
    }

    private async Task AddPodsAsync()
    {
        Create("web-65ff99586d-8tjgs", Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop, "web")));
        var crash = Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop), Manifests.Shell(Manifests.Loop, "side"));
        crash["initContainers"] = new JsonArray(Manifests.Shell("echo init", "init"));
        Create("crash-5647cf8d79-6xwpv", crash);
        var badImage = Manifests.Shell("true");
        (badImage["image"], badImage["imagePullPolicy"]) = ("registry.local/absent:1", "Never");
        Create("badimage", Manifests.PodSpec("Always", badImage));
        var initing = Manifests.PodSpec("Always", Manifests.Shell("true"));
        initing["initContainers"] = new JsonArray(Manifests.Shell(Manifests.Loop, "init"));
        Create("initing", initing);
        var unscheduled = Manifests.PodSpec("Always", Manifests.Shell("true"));
        unscheduled["nodeSelector"] = new JsonObject { ["no"] = "node" };
        Create("unsched", unscheduled);

        await WaitAsync("web-65ff99586d-8tjgs", pod => pod.Str("status", "phase") == "Running");
        await WaitAsync("crash-5647cf8d79-6xwpv", pod => pod.Str("status", "phase") == "Running");
        await WaitAsync("badimage", pod => Waiting(pod) == "ErrImageNeverPull");
        await WaitAsync("initing", pod => Waiting(pod) == "PodInitializing");
        await EnsureCreatingAsync();
    }

    private static string? Waiting(JsonObject pod) =>
        (pod.Arr("status", "containerStatuses") ?? []).FirstOrDefault().Str("state", "waiting", "reason");

    private void Create(string name, JsonObject spec) => Cluster.Store.Create(Pods, Manifests.Pod(name, spec));

    private Task<JsonObject> WaitAsync(string name, Func<JsonObject, bool> wanted) => Cluster.WaitAsync(Pods, "t1", name, wanted);
}
