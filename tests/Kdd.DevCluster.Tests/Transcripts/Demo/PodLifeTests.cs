using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Transcripts.Logs;
using Kdd.DevCluster.Tests.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>What a watch sees of pods that start, fail, are restarted, replaced and deleted: the recorded steps of each, in their order.</summary>
public sealed class PodLifeTests(TranscriptReport report)
{
    private static readonly ResourceKey Pods = new("", "pods");

    [Fact]
    public async Task A_pod_fails_restarts_and_is_deleted_in_the_recorded_steps()
    {
        var transcript = TranscriptCase.Read("watch-pod-life");
        await using var stage = new LogStage(splitStreams: false);
        await stage.StartAsync();
        var (init, main) = (stage.Container("life", "init"), stage.Container("life", "main"));
        var pod = Manifests.Pod("life", Manifests.PodSpec("Always", new JsonObject { ["name"] = "main", ["image"] = "busybox" }));
        pod["spec"]!["initContainers"] = new JsonArray(new JsonObject { ["name"] = "init", ["image"] = "busybox" });
        stage.Cluster.Store.Create(Pods, pod);
        // The recorded watch began when the kubelet had the pod.
        await stage.WaitAsync("life", p => p.Arr("status", "initContainerStatuses")?[0] is { } status && status.Obj("state", "running") is not null);
        await using var watch = await PodWatch.OpenAsync(stage.Cluster, "app%3Dlife");
        init.Exit(0);
        await watch.ReadUntilAsync(step => step.Contains("running", StringComparison.Ordinal));
        main.Exit(4);
        await watch.ReadUntilAsync(step => step.Contains("restarts 1 running", StringComparison.Ordinal));
        main.Exit(4);
        await watch.ReadUntilAsync(step => step.Contains("restarts 1 terminated 4", StringComparison.Ordinal));
        await stage.Cluster.Admin.DeleteAsync("/api/v1/namespaces/t1/pods/life?gracePeriodSeconds=1", TestContext.Current.CancellationToken);
        await watch.ReadUntilAsync(step => step.StartsWith("DELETED", StringComparison.Ordinal));

        report.Check(transcript.Name, PodWatch.Compare(transcript, watch.Lives));
    }

    [Fact]
    public async Task A_rollout_replaces_pods_in_the_recorded_steps()
    {
        var transcript = TranscriptCase.Read("watch-pods-rollout");
        var demo = new DemoCluster();
        await using var _ = demo;
        await demo.InitializeAsync();
        await using var watch = await PodWatch.OpenAsync(demo.Cluster, "app%3Dweb");
        await Commands.Kubectl.RunAsync(demo.Cluster.Host.Kubeconfig, "kubectl rollout restart -n t1 deploy/web");
        for (int gone = 0; gone < 3; gone++)
        {
            await watch.ReadUntilAsync(step => step.StartsWith("DELETED", StringComparison.Ordinal));
        }

        report.Check(transcript.Name, PodWatch.Compare(transcript, watch.Lives));
    }
}
