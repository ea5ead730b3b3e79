namespace Kdd.Operator.Sessions;

/// <summary>
/// The few fields of a pod that kdd needs, parsed from the API server's bytes: a full <c>V1Pod</c> costs ten times
/// the memory (a 5,000-pod cache is 6 MB instead of 98 MB). Immutable; a change makes a new record.
/// </summary>
public sealed record PodRecord
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>The pod's identity: a StatefulSet reuses names, never a uid.</summary>
    public required string Uid { get; init; }
    public required string ResourceVersion { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;
    public IReadOnlyList<OwnerRecord> Owners { get; init; } = [];

    /// <summary>Null until the scheduler has chosen a node; until then <c>pods/log</c> answers 204.</summary>
    public string? NodeName { get; init; }

    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string Phase { get; init; } = "Unknown";

    /// <summary>Such as <c>Evicted</c>.</summary>
    public string? Reason { get; init; }
    public bool Ready { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>A container of it that has ended does not start again.</summary>
    public bool IsEnding => DeletionTimestamp is not null || Phase is "Succeeded" or "Failed";

    /// <summary>Init, regular and ephemeral containers, in the order of the spec.</summary>
    public IReadOnlyList<ContainerRecord> Containers { get; init; } = [];

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
}

/// <summary>An owner reference.</summary>
public sealed record OwnerRecord(string ApiVersion, string Kind, string Name, string Uid, bool Controller);

/// <summary>Which list of the pod spec a container stands in. A sidecar is an init container with <c>restartPolicy: Always</c>.</summary>
public enum ContainerRole
{
    Regular,
    Init,
    Sidecar,
    Ephemeral,
}

/// <summary>Where a container instance is in its life, as <c>state</c> of its container status.</summary>
public enum ContainerPhase
{
    Waiting,
    Running,
    Terminated,
}

/// <summary>One container of a pod and what its status says.</summary>
public sealed record ContainerRecord
{
    public required string Name { get; init; }
    public ContainerRole Role { get; init; }
    public string? Image { get; init; }

    /// <summary>Identity of the current instance, such as <c>containerd://…</c>; null before the first start.</summary>
    public string? ContainerId { get; init; }
    public int RestartCount { get; init; }
    public ContainerPhase Phase { get; init; }
    public bool Ready { get; init; }

    /// <summary>Reason of the waiting or terminated state, such as <c>ContainerCreating</c>, <c>CrashLoopBackOff</c>, <c>OOMKilled</c>.</summary>
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public int? ExitCode { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary><see cref="PodRecord.IsEnding"/> of its pod, where a session passes it on to the container's stream.</summary>
    public bool IsPodEnding { get; init; }

    /// <summary>The instance before the current one (<c>lastState.terminated</c>).</summary>
    public TerminatedRecord? LastTerminated { get; init; }
}

/// <summary>A container instance that ended.</summary>
public sealed record TerminatedRecord(string? ContainerId, int ExitCode, string? Reason, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);
