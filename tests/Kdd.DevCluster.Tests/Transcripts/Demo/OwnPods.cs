using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>Pods without an owner that recorded cases look at.</summary>
internal static class OwnPods
{
    private static readonly ResourceKey Pods = new("", "pods");

    public static async Task CreateAsync(DemoCluster demo, string name)
    {
        static JsonObject Container(string container) => new() { ["name"] = container, ["image"] = "registry.local/busybox:1.38", ["imagePullPolicy"] = "Never" };
        var store = demo.Cluster.Store;
        var pod = Manifests.Pod(name, Manifests.PodSpec("Always", Container("main")));
        pod["metadata"]!["labels"] = new JsonObject { ["case"] = name };
        pod["spec"]!["terminationGracePeriodSeconds"] = 5;
        if (name == "initing")
        {
            pod["spec"]!["initContainers"] = new JsonArray(Container("init"));
        }

        store.Create(Pods, pod);
        switch (name)
        {
            case "initing":
                await demo.Cluster.WaitAsync(Pods, "t1", name, p => (p.Arr("status", "initContainerStatuses")?[0] as JsonObject)?.Obj("state", "running") is not null);
                break;
            case "prev":
                await demo.Cluster.WaitAsync(Pods, "t1", name, p => (p.Arr("status", "containerStatuses")?[0] as JsonObject)?.Int("restartCount") == 1
                    && (p.Arr("status", "containerStatuses")?[0] as JsonObject)?.Obj("state", "running") is not null);
                break;
            default:
                await demo.Cluster.WaitAsync(Pods, "t1", name, p => p.Str("status", "phase") == "Running");
                // It was looked at before its kubelet had seen that it is to go.
                demo.Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Frozen);
                store.Delete(Pods, "t1", name, new DeleteOptions());
                break;
        }
    }
}
