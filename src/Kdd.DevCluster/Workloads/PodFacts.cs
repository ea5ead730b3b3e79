using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodFacts
{
    /// <summary>Neither ended nor being deleted.</summary>
    public static bool IsActive(JsonObject pod) => !IsFinished(pod) && !Owners.IsBeingDeleted(pod);

    public static bool IsFinished(JsonObject pod) => pod.Str("status", "phase") is "Succeeded" or "Failed";

    public static bool IsReady(JsonObject pod) => ReadyCondition(pod)?.Str("status") == "True";

    /// <summary>Ready for at least <paramref name="minReady"/>.</summary>
    public static bool IsAvailable(JsonObject pod, TimeSpan minReady, DateTimeOffset now) =>
        IsReady(pod) && (minReady == TimeSpan.Zero
            || (DateTimeOffset.TryParse(ReadyCondition(pod).Str("lastTransitionTime"), out var since) && now - since >= minReady));

    /// <summary>Pods that are better deleted first: without a node, not running, not ready, then the newest.</summary>
    public static IOrderedEnumerable<JsonObject> ByDeletionOrder(IEnumerable<JsonObject> pods) => pods
        .OrderBy(pod => string.IsNullOrEmpty(pod.Str("spec", "nodeName")) ? 0 : 1)
        .ThenBy(pod => pod.Str("status", "phase") == "Running" ? 1 : 0)
        .ThenBy(pod => IsReady(pod) ? 1 : 0)
        .ThenByDescending(pod => pod.Str("metadata", "creationTimestamp"), StringComparer.Ordinal)
        .ThenBy(pod => pod.Name(), StringComparer.Ordinal);

    private static JsonObject? ReadyCondition(JsonObject pod) =>
        (pod.Arr("status", "conditions") ?? []).OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == "Ready");
}
