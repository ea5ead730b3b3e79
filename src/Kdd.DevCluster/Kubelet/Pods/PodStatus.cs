using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Writes what a kubelet knows of a pod as core/v1 PodStatus.</summary>
internal static class PodStatus
{
    /// <summary>The status of a pod.</summary>
    /// <param name="pod">The stored pod: its spec, and the conditions whose times are kept.</param>
    /// <param name="containers">Init containers first.</param>
    /// <param name="podIP">Its address; "" before it has one.</param>
    /// <param name="hostIP">Its node's address.</param>
    /// <param name="failure">Reason and message where the pod as a whole has failed; null otherwise.</param>
    /// <param name="isEnding">The pod is being deleted: nothing starts any more.</param>
    /// <param name="now">The time of what changed.</param>
    public static JsonObject Build(
        JsonObject pod, IReadOnlyList<ContainerState> containers, string podIP, string hostIP, (string Reason, string Message)? failure, bool isEnding, DateTimeOffset now)
    {
        string phase = failure is not null ? "Failed" : isEnding && containers.All(c => !c.IsRunning) ? LastPhase(containers) : Phase(pod, containers);
        var status = new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = PodConditions.Build(pod, containers, podIP, phase, now),
            ["hostIP"] = hostIP,
            ["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = hostIP }),
        };
        if (pod.Long("metadata", "generation") is { } generation)
        {
            status["observedGeneration"] = generation;
        }
        if (failure is { } why)
        {
            status["reason"] = why.Reason;
            status["message"] = why.Message;
        }
        if (podIP.Length > 0)
        {
            status["podIP"] = podIP;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = podIP });
        }
        status["startTime"] = pod.Str("status", "startTime") ?? Time(now);
        var init = containers.Where(c => c.Role != ContainerRole.Regular).Select(c => Container(pod, c)).ToArray<JsonNode>();
        if (init.Length > 0)
        {
            status["initContainerStatuses"] = new JsonArray(init);
        }
        status["containerStatuses"] = new JsonArray(
            [.. containers.Where(c => c.Role == ContainerRole.Regular).Select(c => Container(pod, c))]);
        status["qosClass"] = QualityOfService.Of(pod);
        status["resources"] = new JsonObject();
        return status;
    }

    /// <summary>A time as the API shows it: whole seconds, UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // kubelet_pods.go getPhase for a pod that will not start anything again: how its containers ended, whatever its restartPolicy.
    private static string LastPhase(IReadOnlyList<ContainerState> containers) =>
        containers.Where(c => c.Role == ContainerRole.Regular).All(c => c.Terminated is { Exit.ExitCode: 0 }) ? "Succeeded" : "Failed";

    // kubelet_pods.go getPhase.
    private static string Phase(JsonObject pod, IReadOnlyList<ContainerState> containers)
    {
        string policy = pod.Str("spec", "restartPolicy") ?? "Always";
        var init = containers.Where(c => c.Role == ContainerRole.Init).ToList();
        if (init.Any(c => c.Terminated is { Exit.ExitCode: not 0 }) && policy == "Never")
        {
            return "Failed";
        }
        var regular = containers.Where(c => c.Role == ContainerRole.Regular).ToList();
        bool neverRan = regular.Any(c => !c.IsRunning && c.Terminated is null && c.LastTerminated is null);
        if (neverRan)
        {
            return "Pending";
        }
        if (regular.Any(c => c.IsRunning) || policy == "Always" || regular.Any(c => c.Terminated is null))
        {
            return "Running";
        }
        if (regular.All(c => c.Terminated!.Exit.ExitCode == 0))
        {
            return "Succeeded";
        }
        return policy == "Never" ? "Failed" : "Running";
    }

    private static JsonObject Container(JsonObject pod, ContainerState container)
    {
        var status = new JsonObject
        {
            ["name"] = container.Name,
            ["state"] = State(container),
            ["lastState"] = LastState(container) is { } last ? new JsonObject { ["terminated"] = Terminated(last) } : new JsonObject(),
            ["ready"] = container.IsReady,
            ["restartCount"] = container.RestartCount,
            ["image"] = container.Image,
            ["imageID"] = container.ContainerId.Length == 0 ? "" : ImageId(container.Image),
        };
        if (container.ContainerId.Length > 0)
        {
            status["containerID"] = container.ContainerId;
        }
        status["started"] = container.IsRunning && container.Started;
        if (container.ContainerId.Length > 0)
        {
            status["resources"] = container.Spec["resources"]?.DeepClone() ?? new JsonObject();
        }
        if (container.Spec.Arr("volumeMounts") is { Count: > 0 } mounts)
        {
            status["volumeMounts"] = new JsonArray([.. mounts.OfType<JsonObject>().Select(VolumeMount)]);
        }
        if (container.ContainerId.Length > 0)
        {
            status["user"] = new JsonObject { ["linux"] = User(pod, container) };
        }
        return status;
    }

    /// <summary>Processes run as whoever runs the cluster; the status shows what the pod asks for.</summary>
    private static JsonObject User(JsonObject pod, ContainerState container)
    {
        long uid = container.Spec.Long("securityContext", "runAsUser") ?? pod.Long("spec", "securityContext", "runAsUser") ?? 0;
        long gid = container.Spec.Long("securityContext", "runAsGroup") ?? pod.Long("spec", "securityContext", "runAsGroup") ?? 0;
        return new JsonObject { ["uid"] = uid, ["gid"] = gid, ["supplementalGroups"] = new JsonArray(gid) };
    }

    private static JsonObject VolumeMount(JsonObject mount)
    {
        var status = new JsonObject { ["name"] = mount.Str("name"), ["mountPath"] = mount.Str("mountPath") };
        if (mount.Bool("readOnly") == true)
        {
            status["readOnly"] = true;
            status["recursiveReadOnly"] = "Disabled";
        }
        return status;
    }

    private static JsonObject State(ContainerState container)
    {
        if (container.IsRunning)
        {
            return new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(container.StartedAt) } };
        }
        if (container.Terminated is { } terminated && !container.IsBackingOff)
        {
            return new JsonObject { ["terminated"] = Terminated(terminated) };
        }
        var waiting = new JsonObject { ["reason"] = container.WaitingReason };
        if (container.WaitingMessage is { } message)
        {
            waiting["message"] = message;
        }
        return new JsonObject { ["waiting"] = waiting };
    }

    private static Termination? LastState(ContainerState container) =>
        container.IsBackingOff && container.Terminated is not null ? container.Terminated : container.LastTerminated;

    private static JsonObject Terminated(Termination terminated)
    {
        var state = new JsonObject { ["exitCode"] = terminated.Exit.ExitCode, ["reason"] = terminated.Exit.Reason };
        if (terminated.Exit.Message is { } message)
        {
            state["message"] = message;
        }
        state["startedAt"] = Time(terminated.StartedAt);
        state["finishedAt"] = Time(terminated.FinishedAt);
        state["containerID"] = terminated.ContainerId;
        return state;
    }

    private static string ImageId(string image) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)));
}
