using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>What a ResourceQuota counts: objects, by <c>count/RESOURCE.GROUP</c> or the old names of core resources. Not compute resources.</summary>
internal static class QuotaUsage
{
    private static readonly string[] OldNames = ["pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas"];

    /// <summary>The resource that a name counts; null when it counts none.</summary>
    public static ResourceKey? Counted(string name)
    {
        if (name.StartsWith("count/", StringComparison.Ordinal))
        {
            var parts = name["count/".Length..].Split('.', 2);
            return new ResourceKey(parts.Length > 1 ? parts[1] : "", parts[0]);
        }

        return OldNames.Contains(name) ? new ResourceKey("", name) : null;
    }

    /// <summary>How many there are.</summary>
    public static int Used(ObjectStore store, string ns, string name) => Counted(name) is not { } type ? 0
        // Pods that have ended take nothing any more; count/pods counts them all the same.
        : store.List(type, ns).Count(obj => name != "pods" || obj.Str("status", "phase") is not ("Succeeded" or "Failed"));
}
