using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class DeploymentTests
{
    private static readonly ResourceKey Deployments = new("apps", "deployments");
    private static readonly ResourceKey ReplicaSets = new("apps", "replicasets");
    private static readonly ResourceKey Pods = new("", "pods");

    [Fact]
    public async Task A_deployment_comes_up_and_says_so_in_its_status()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Store.Create(Deployments, Manifests.Deployment("web", 3, Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop))));

        var deployment = await cluster.WaitAsync(Deployments, "t1", "web", IsRolledOut);

        Assert.Equal(3, deployment.Long("status", "updatedReplicas"));
        Assert.Equal("1", deployment.Str("metadata", "annotations", "deployment.kubernetes.io/revision"));
        Assert.Equal(
            ["Available:MinimumReplicasAvailable", "Progressing:NewReplicaSetAvailable"],
            deployment.Arr("status", "conditions")!.Select(c => $"{c.Str("type")}:{c.Str("reason")}"));
        var set = Assert.Single(cluster.Store.List(ReplicaSets, "t1"));
        Assert.All(cluster.Store.List(Pods, "t1"), pod =>
            Assert.Equal(set.Str("metadata", "labels", "pod-template-hash"), pod.Str("metadata", "labels", "pod-template-hash")));
    }

    [Fact]
    public async Task A_changed_template_is_rolled_out_without_going_below_what_must_be_available()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Store.Create(Deployments, Manifests.Deployment("web", 3, Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop))));
        await cluster.WaitAsync(Deployments, "t1", "web", IsRolledOut);
        var old = cluster.Store.List(Pods, "t1").Select(pod => pod.Uid()).ToHashSet();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var least = LeastAvailableAsync(cluster, stop.Token);

        cluster.Store.Mutate(Deployments, "t1", "web", deployment =>
        {
            deployment.Obj("spec", "template")!.Metadata()["annotations"] =
                new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-11-23T13:00:00Z" };
            return true;
        });
        await cluster.WaitAsync(Deployments, "t1", "web", d => d.Long("metadata", "generation") == 2 && IsRolledOut(d));
        await stop.CancelAsync();

        Assert.Equal(2, cluster.Store.List(ReplicaSets, "t1").Count);
        Assert.DoesNotContain(
            cluster.Store.List(Pods, "t1"), pod => old.Contains(pod.Uid()) && pod["metadata"]!["deletionTimestamp"] is null);
        // 25 % of three, rounded down, may be missing: none.
        Assert.Equal(3, await least);
    }

    [Fact]
    public async Task A_deployment_scaled_to_nothing_lets_its_pods_go()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Store.Create(Deployments, Manifests.Deployment("web", 2, Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop))));
        await cluster.WaitAsync(Deployments, "t1", "web", IsRolledOut);

        cluster.Store.Mutate(Deployments, "t1", "web", deployment =>
        {
            deployment.Obj("spec")!["replicas"] = 0;
            return true;
        });
        foreach (var pod in cluster.Store.List(Pods, "t1"))
        {
            await cluster.WaitForDeletionAsync(Pods, "t1", pod.Name());
        }

        await cluster.WaitAsync(Deployments, "t1", "web", d => d.Long("status", "replicas") is null && d.Long("status", "observedGeneration") == 2);
    }

    private static bool IsRolledOut(JsonObject deployment) =>
        deployment.Long("status", "observedGeneration") == deployment.Long("metadata", "generation")
        && deployment.Long("status", "updatedReplicas") == deployment.Long("spec", "replicas")
        && deployment.Long("status", "replicas") == deployment.Long("spec", "replicas")
        && deployment.Long("status", "availableReplicas") == deployment.Long("spec", "replicas");

    private static async Task<long> LeastAvailableAsync(TestCluster cluster, CancellationToken cancellationToken)
    {
        long least = long.MaxValue;
        try
        {
            await foreach (var change in cluster.Store.WatchAsync(Deployments, "t1", cancellationToken))
            {
                least = Math.Min(least, change.Object.Long("status", "availableReplicas") ?? 0);
            }
        }
        catch (OperationCanceledException)
        {
        }
        return least;
    }
}
