using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tables;

/// <summary>What kubectl get pods shows (printers' printPod).</summary>
internal static class PodColumns
{
    // The API's own documentation of these fields, which printers show as it is.
    private const string NodeDescription = "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename";
    private const string NominatedDescription = "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.";
    private const string GatesDescription = "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to \"True\" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates";

    public static Column[] All { get; } =
    [
        BuiltInColumns.Text("Ready", Ready) with { Description = "The aggregate readiness state of this pod for accepting traffic." },
        BuiltInColumns.Text("Status", Status) with { Description = "The aggregate status of the containers in this pod." },
        new("Restarts", "string", 0, (o, now) => Restarts(o, now), "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."),
        new("Age", "string", 0, (_, _) => null),
        BuiltInColumns.Wide("IP", o => o.Str("status", "podIP") ?? "<none>") with { Description = "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated." },
        BuiltInColumns.Wide("Node", o => o.Str("spec", "nodeName") ?? "<none>") with { Description = NodeDescription },
        BuiltInColumns.Wide("Nominated Node", o => o.Str("status", "nominatedNodeName") ?? "<none>") with { Description = NominatedDescription },
        BuiltInColumns.Wide("Readiness Gates", ReadinessGates) with { Description = GatesDescription },
    ];

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string list = "containerStatuses") => pod.Arr("status", list)?.OfType<JsonObject>() ?? [];

    // Restartable init containers (sidecars) count as containers.
    private static HashSet<string> Sidecars(JsonObject pod) =>
        [.. pod.Arr("spec", "initContainers")?.Where(c => c.Str("restartPolicy") == "Always").Select(c => c.Str("name") ?? "") ?? []];

    private static string Ready(JsonObject pod)
    {
        var sidecars = Sidecars(pod);
        var statuses = Statuses(pod).Concat(Statuses(pod, "initContainerStatuses").Where(s => sidecars.Contains(s.Str("name") ?? "")));
        var ready = statuses.Count(s => s.Bool("ready") == true && s.Obj("state", "running") is not null);
        return $"{ready}/{(pod.Arr("spec", "containers")?.Count ?? 0) + sidecars.Count}";
    }

    // How many gates have a true condition, of how many.
    private static string ReadinessGates(JsonObject pod) => pod.Arr("spec", "readinessGates") is { Count: > 0 } gates
        ? $"{gates.Count(gate => BuiltInColumns.Condition(pod, gate.Str("conditionType") ?? "") == "True")}/{gates.Count}"
        : "<none>";

    private static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        var all = Statuses(pod).ToList();
        var count = all.Sum(s => s.Int("restartCount") ?? 0);
        var last = all.Select(s => s.Str("lastState", "terminated", "finishedAt")).Max(StringComparer.Ordinal);
        return count > 0 && last is not null ? $"{count} ({Tables.Age.Since(last, now)} ago)" : $"{count}";
    }

    private static string Status(JsonObject pod)
    {
        var reason = pod.Str("status", "reason") ?? pod.Str("status", "phase") ?? "Unknown";
        var initialising = InitStatus(pod);
        if (initialising is not null)
        {
            reason = initialising;
        }
        else
        {
            var running = false;
            foreach (var status in Statuses(pod).Reverse())
            {
                reason = StateOf(status) ?? reason;
                running |= status.Bool("ready") == true && status.Obj("state", "running") is not null;
            }

            if (reason == "Completed" && running)
            {
                reason = BuiltInColumns.Condition(pod, "Ready") == "True" ? "Running" : "NotReady";
            }
        }

        return pod["metadata"]?["deletionTimestamp"] is null ? reason
            : pod.Str("status", "reason") == "NodeLost" ? "Unknown"
            : pod.Str("status", "phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static string? StateOf(JsonObject status)
    {
        if (status.Str("state", "waiting", "reason") is { Length: > 0 } waiting)
        {
            return waiting;
        }

        if (status.Obj("state", "terminated") is not { } ended)
        {
            return null;
        }

        return ended.Str("reason") is { Length: > 0 } reason ? reason
            : ended.Int("signal") is { } signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{ended.Int("exitCode") ?? 0}";
    }

    private static string? InitStatus(JsonObject pod)
    {
        var (total, index, sidecars) = (pod.Arr("spec", "initContainers")?.Count ?? 0, 0, Sidecars(pod));
        foreach (var status in Statuses(pod, "initContainerStatuses"))
        {
            index++;
            if (status.Obj("state", "terminated") is { } ended && (ended.Int("exitCode") ?? 0) == 0)
            {
                continue;
            }

            if (sidecars.Contains(status.Str("name") ?? "") && status.Bool("started") == true)
            {
                continue;
            }

            return status.Obj("state", "terminated") is not null ? $"Init:{StateOf(status)}"
                : status.Str("state", "waiting", "reason") is { Length: > 0 } reason and not "PodInitializing" ? $"Init:{reason}"
                : $"Init:{index - 1}/{total}";
        }

        return null;
    }
}
