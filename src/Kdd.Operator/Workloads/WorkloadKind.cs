using Kdd.Kubernetes;

namespace Kdd.Operator.Workloads;

/// <summary>A kind that a LogView can name, and where its objects are found.</summary>
/// <param name="Between">Kinds that stand between it and its pods; empty: pods are its own children. Null: to be found out from the pods' owners.</param>
public sealed record WorkloadKind(ResourceType Type, string Kind, IReadOnlyList<ResourceType>? Between, bool HasScale = false)
{
    public static readonly ResourceType ReplicaSets = new("apps", "v1", "replicasets");
    public static readonly ResourceType Jobs = new("batch", "v1", "jobs");

    private static readonly Dictionary<string, WorkloadKind> ByKind = new[]
    {
        new WorkloadKind(new("apps", "v1", "deployments"), "Deployment", [ReplicaSets]),
        new WorkloadKind(ReplicaSets, "ReplicaSet", []),
        new WorkloadKind(new("apps", "v1", "statefulsets"), "StatefulSet", []),
        new WorkloadKind(new("apps", "v1", "daemonsets"), "DaemonSet", []),
        new WorkloadKind(Jobs, "Job", []),
        new WorkloadKind(new("batch", "v1", "cronjobs"), "CronJob", [Jobs]),
        new WorkloadKind(new("", "v1", "replicationcontrollers"), "ReplicationController", []),
        new WorkloadKind(ResourceType.Pods, "Pod", []),
    }.ToDictionary(kind => kind.Kind);

    /// <summary>The kinds that need no discovery.</summary>
    public static IReadOnlyCollection<string> BuiltInKinds => ByKind.Keys;

    /// <summary>Null where <paramref name="kind"/> is not built in, or <paramref name="apiVersion"/> names another group or version than its own.</summary>
    public static WorkloadKind? BuiltIn(string? apiVersion, string kind)
        => ByKind.TryGetValue(kind, out WorkloadKind? known) && (string.IsNullOrEmpty(apiVersion) || apiVersion == known.Type.ApiVersion) ? known : null;
}
