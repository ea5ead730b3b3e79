using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>What a container of a pod is for.</summary>
internal enum ContainerRole
{
    /// <summary>Runs to its end before the next one starts.</summary>
    Init,

    /// <summary>An init container with restartPolicy Always: starts before the rest, stays beside it.</summary>
    Sidecar,

    /// <summary>One of spec.containers.</summary>
    Regular,
}

/// <summary>An instance that has ended.</summary>
internal sealed record Termination(ContainerExit Exit, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string ContainerId);

/// <summary>A container of a pod over all its instances. Touched by its pod's worker only.</summary>
internal sealed class ContainerState(JsonObject spec, ContainerRole role)
{
    public JsonObject Spec { get; } = spec;

    public ContainerRole Role { get; } = role;

    public string Name { get; } = spec.Str("name") ?? "";

    public string Image => Spec.Str("image") ?? "";

    /// <summary>The running instance; null while waiting or terminated.</summary>
    public IContainer? Instance { get; set; }

    /// <summary>What the running instance was started with.</summary>
    public ContainerSpec? Resolved { get; set; }

    /// <summary>Id of the newest instance; "" before the first.</summary>
    public string ContainerId { get; set; } = "";

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>The end of the newest instance, while there is no newer one.</summary>
    public Termination? Terminated { get; set; }

    /// <summary>The newest end was in the pod's status: only then comes what follows it, so that no end goes unseen.</summary>
    public bool IsTerminationShown { get; set; }

    /// <summary>The end of the instance before.</summary>
    public Termination? LastTerminated { get; set; }

    public string WaitingReason { get; set; } = "ContainerCreating";

    public string? WaitingMessage { get; set; }

    /// <summary>Shown as waiting although the newest instance is known as terminated: CrashLoopBackOff.</summary>
    public bool IsBackingOff { get; set; }

    public int RestartCount { get; set; }

    /// <summary>The wait before the next restart.</summary>
    public TimeSpan BackOff { get; set; }

    /// <summary>Timestamp (of the clock's monotonic kind) from which it may start again.</summary>
    public long NotBefore { get; set; }

    public ContainerLog? Log { get; set; }

    public ContainerLog? PreviousLog { get; set; }

    /// <summary>The startup probe has succeeded, or there is none.</summary>
    public bool Started { get; set; }

    /// <summary>The readiness probe succeeds, or there is none.</summary>
    public bool ProbedReady { get; set; }

    /// <summary>Ends the probes of the running instance.</summary>
    public CancellationTokenSource? Probes { get; set; }

    /// <summary>The containers of a pod that has not begun, init containers first.</summary>
    public static IEnumerable<ContainerState> AllOf(JsonObject pod)
    {
        foreach (var container in (pod.Arr("spec", "initContainers") ?? []).OfType<JsonObject>())
        {
            yield return new ContainerState(
                container, container.Str("restartPolicy") == "Always" ? ContainerRole.Sidecar : ContainerRole.Init);
        }
        foreach (var container in (pod.Arr("spec", "containers") ?? []).OfType<JsonObject>())
        {
            yield return new ContainerState(container, ContainerRole.Regular);
        }
    }

    public bool IsRunning => Instance is not null;

    public bool IsReady => Role == ContainerRole.Init ? Terminated?.Exit.ExitCode == 0 : IsRunning && Started && ProbedReady;
}
