using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Pods;

namespace Kdd.DevCluster.Kubelet;

/// <summary>The Node object of a kubelet, as kubectl get and describe show it.</summary>
internal static class NodeObject
{
    public static JsonObject Build(KubeletContext context)
    {
        string now = PodStatus.Time(context.TimeProvider.GetUtcNow());
        var labels = new JsonObject
        {
            ["kubernetes.io/hostname"] = context.Node.Name,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
        };
        foreach (var (name, value) in context.Node.Labels)
        {
            labels[name] = value;
        }
        var resources = new JsonObject { ["cpu"] = "8", ["memory"] = "16Gi", ["pods"] = "1000", ["ephemeral-storage"] = "100Gi" };
        return new JsonObject
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = context.Node.Name, ["labels"] = labels },
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject
            {
                ["capacity"] = resources.DeepClone(),
                ["allocatable"] = resources,
                ["conditions"] = new JsonArray(
                    Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", now),
                    Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now),
                    Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", now),
                    Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now)),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = context.HostIP },
                    new JsonObject { ["type"] = "Hostname", ["address"] = context.Node.Name }),
                ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } },
                ["nodeInfo"] = new JsonObject
                {
                    ["kubeletVersion"] = "v1.36.2",
                    ["containerRuntimeVersion"] = "devcluster://0.1",
                    ["operatingSystem"] = "linux",
                    ["architecture"] = "amd64",
                    ["osImage"] = "host",
                    ["kernelVersion"] = Environment.OSVersion.Version.ToString(),
                    ["kubeProxyVersion"] = "",
                    ["machineID"] = "",
                    ["systemUUID"] = "",
                    ["bootID"] = "",
                },
            },
        };
    }

    private static JsonObject Condition(string type, string status, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["lastHeartbeatTime"] = now,
        ["lastTransitionTime"] = now,
        ["reason"] = reason,
        ["message"] = message,
    };
}
