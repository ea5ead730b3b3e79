using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class WorkloadTests : IAsyncLifetime
{
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly ResourceKey StatefulSets = new("apps", "statefulsets");
    private static readonly ResourceKey DaemonSets = new("apps", "daemonsets");
    private static readonly ResourceKey ReplicationControllers = new("", "replicationcontrollers");
    private static readonly ResourceKey Jobs = new("batch", "jobs");

    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync(new()
    {
        Kubelet = new KubeletSettings { Nodes = [new NodeSettings("node-1"), new NodeSettings("node-2")] },
    });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_stateful_set_makes_its_pods_in_order_and_names_them_by_number()
    {
        var created = FirstAddedAsync(2);
        Create(StatefulSets, "StatefulSet", "apps/v1", "db", Set("db", 2, new() { ["serviceName"] = "db" }));

        var set = await WaitAsync(StatefulSets, "db", s => s.Long("status", "readyReplicas") == 2);

        var (first, second) = (_cluster.Store.Get(Pods, "t1", "db-0")!, _cluster.Store.Get(Pods, "t1", "db-1")!);
        Assert.Equal(["db-0", "db-1"], await created);
        Assert.Equal("1", second.Str("metadata", "labels", "apps.kubernetes.io/pod-index"));
        Assert.Equal(set.Str("status", "currentRevision"), first.Str("metadata", "labels", "controller-revision-hash"));
        Assert.Equal(("db-0", "db"), (first.Str("spec", "hostname"), first.Str("spec", "subdomain")));
    }

    [Fact]
    public async Task A_stateful_set_is_updated_from_its_last_pod_and_keeps_the_names()
    {
        Create(StatefulSets, "StatefulSet", "apps/v1", "db", Set("db", 2, []));
        await WaitAsync(StatefulSets, "db", s => s.Long("status", "readyReplicas") == 2);
        string old = _cluster.Store.Get(Pods, "t1", "db-0")!.Uid();

        Restart(StatefulSets, "db");
        await WaitAsync(StatefulSets, "db", s => s.Long("status", "observedGeneration") == 2
            && s.Long("status", "updatedReplicas") == 2 && s.Str("status", "currentRevision") == s.Str("status", "updateRevision")
            && s.Long("status", "readyReplicas") == 2);

        Assert.NotEqual(old, _cluster.Store.Get(Pods, "t1", "db-0")!.Uid());
    }

    [Fact]
    public async Task A_stateful_set_is_scaled_down_from_its_last_pod()
    {
        Create(StatefulSets, "StatefulSet", "apps/v1", "db", Set("db", 2, new() { ["podManagementPolicy"] = "Parallel" }));
        await WaitAsync(StatefulSets, "db", s => s.Long("status", "readyReplicas") == 2);

        Change(StatefulSets, "db", spec => spec["replicas"] = 1);
        await _cluster.WaitForDeletionAsync(Pods, "t1", "db-1");

        Assert.NotNull(_cluster.Store.Get(Pods, "t1", "db-0"));
    }

    [Fact]
    public async Task A_daemon_set_has_one_pod_on_every_node()
    {
        Create(DaemonSets, "DaemonSet", "apps/v1", "agent", Set("agent", null, []));

        var set = await WaitAsync(DaemonSets, "agent", s => s.Long("status", "numberReady") == 2);

        Assert.Equal(2, set.Long("status", "desiredNumberScheduled"));
        Assert.Equal(["node-1", "node-2"], _cluster.Store.List(Pods, "t1").Select(pod => pod.Str("spec", "nodeName")).Order());
    }

    [Fact]
    public async Task A_changed_daemon_set_replaces_its_pods_one_at_a_time()
    {
        Create(DaemonSets, "DaemonSet", "apps/v1", "agent", Set("agent", null, []));
        await WaitAsync(DaemonSets, "agent", s => s.Long("status", "numberReady") == 2);
        var old = _cluster.Store.List(Pods, "t1").Select(pod => pod.Uid()).ToHashSet();

        Restart(DaemonSets, "agent");
        await WaitAsync(DaemonSets, "agent", s => s.Long("status", "observedGeneration") == 2
            && s.Long("status", "updatedNumberScheduled") == 2 && s.Long("status", "numberReady") == 2);

        Assert.DoesNotContain(_cluster.Store.List(Pods, "t1"), pod => old.Contains(pod.Uid()) && pod["metadata"]!["deletionTimestamp"] is null);
    }

    [Fact]
    public async Task A_replication_controller_keeps_its_number_of_pods()
    {
        var spec = Set("rc", 2, []);
        spec["selector"] = new JsonObject { ["app"] = "rc" };
        Create(ReplicationControllers, "ReplicationController", "v1", "rc", spec);
        await WaitAsync(ReplicationControllers, "rc", s => s.Long("status", "readyReplicas") == 2);
        string gone = _cluster.Store.List(Pods, "t1")[0].Name();

        _cluster.Store.Delete(Pods, "t1", gone);
        await _cluster.WaitForDeletionAsync(Pods, "t1", gone);

        await WaitAsync(ReplicationControllers, "rc", s => s.Long("status", "readyReplicas") == 2);
        Assert.Equal(2, _cluster.Store.List(Pods, "t1").Count);
    }

    [Fact]
    public async Task A_job_runs_until_its_completions_are_reached()
    {
        Create(Jobs, "Job", "batch/v1", "once", JobSpec("echo done", new() { ["completions"] = 3, ["parallelism"] = 2 }));

        var job = await WaitAsync(Jobs, "once", j => Condition(j, "Complete") == "True");

        Assert.Equal((3, 0), (job.Int("status", "succeeded"), job.Int("status", "ready")));
        Assert.NotNull(job.Str("status", "completionTime"));
        Assert.Equal(job.Uid(), job.Str("spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"));
        Assert.All(_cluster.Store.List(Pods, "t1"), pod => Assert.Equal("once", pod.Str("metadata", "labels", "job-name")));
    }

    [Fact]
    public async Task A_job_whose_pods_fail_too_often_has_failed()
    {
        Create(Jobs, "Job", "batch/v1", "bad", JobSpec("exit 1", new() { ["backoffLimit"] = 0 }));

        var job = await WaitAsync(Jobs, "bad", j => Condition(j, "Failed") == "True");

        Assert.Equal(1, job.Int("status", "failed"));
        Assert.Contains(job.Arr("status", "conditions")!, c => c.Str("reason") == "BackoffLimitExceeded");
    }

    [Fact]
    public async Task A_finished_job_goes_with_its_pods_when_its_time_is_over()
    {
        Create(Jobs, "Job", "batch/v1", "gone", JobSpec("true", new() { ["ttlSecondsAfterFinished"] = 0 }));
        await _cluster.WaitForDeletionAsync(Jobs, "t1", "gone");

        Assert.DoesNotContain(_cluster.Store.List(Pods, "t1"), pod => pod["metadata"]!["deletionTimestamp"] is null);
    }

    private static JsonObject Set(string app, int? replicas, JsonObject more)
    {
        var spec = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
            ["template"] = Manifests.Template(app, Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop))),
        };
        if (replicas is not null)
        {
            spec["replicas"] = replicas;
        }
        foreach (var (key, value) in more)
        {
            spec[key] = value?.DeepClone();
        }
        return spec;
    }

    private static JsonObject JobSpec(string script, JsonObject more)
    {
        more["template"] = new JsonObject { ["spec"] = Manifests.PodSpec("Never", Manifests.Shell(script)) };
        more["completions"] ??= 1;
        return more;
    }

    private void Create(ResourceKey type, string kind, string apiVersion, string name, JsonObject spec) =>
        _cluster.Store.Create(type, Manifests.Workload(kind, apiVersion, name, spec));

    private Task<JsonObject> WaitAsync(ResourceKey type, string name, Func<JsonObject, bool> wanted) => _cluster.WaitAsync(type, "t1", name, wanted);

    private void Restart(ResourceKey type, string name) => Change(type, name, spec =>
        spec.Obj("template")!.Metadata()["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "now" });

    private void Change(ResourceKey type, string name, Action<JsonObject> change) => _cluster.Store.Mutate(type, "t1", name, obj =>
    {
        change(obj.Obj("spec")!);
        return true;
    });

    private static string? Condition(JsonObject obj, string type) =>
        (obj.Arr("status", "conditions") ?? []).FirstOrDefault(c => c.Str("type") == type).Str("status");

    private async Task<List<string>> FirstAddedAsync(int count)
    {
        var names = new List<string>();
        await foreach (var change in _cluster.Store.WatchAsync(Pods, "t1", TestContext.Current.CancellationToken))
        {
            if (change.Type == StoreEventType.Added)
            {
                names.Add(change.Object.Name());
            }
            if (names.Count == count)
            {
                break;
            }
        }
        return names;
    }
}
