using Kdd.Kubernetes;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// Pods whose owner was deleted before them. The garbage collector deletes from the top, so that a pod's last lines are
/// written when nothing leads to it any more: it stays the LogView's until it is gone too.
/// </summary>
internal sealed class OrphanedPods(ClusterCache caches)
{
    /// <param name="logView">Is woken when one of them changes.</param>
    /// <param name="before">The pods that it had.</param>
    /// <param name="now">The pods that it has by its workload.</param>
    /// <returns>Both, without those that are gone, or that somebody took out of the workload by a label or an owner reference.</returns>
    public IReadOnlyList<PodRecord> Keep(NamespacedName logView, IReadOnlyList<PodRecord> before, IReadOnlyList<PodRecord> now)
    {
        var uids = now.Select(pod => pod.Uid).ToHashSet();
        PodRecord[] left = [.. before.Where(pod => !uids.Contains(pod.Uid) && pod.Owners.Count > 0)];
        if (left.Length == 0)
        {
            return now;
        }

        // The interest goes in before the cache is read, or a change in between would wake nobody.
        NamespaceCache cache = caches.Of(logView);
        cache.Interests.Add(logView, left.SelectMany(pod => pod.Owners).Select(owner => owner.Uid));
        return [.. now, .. left.Select(pod => cache.Pods.Get(logView with { Name = pod.Name }) is { } current && IsSame(current, pod) ? current : null).OfType<PodRecord>()];
    }

    private static bool IsSame(PodRecord pod, PodRecord before) => pod.Uid == before.Uid && pod.Owners.SequenceEqual(before.Owners)
        && pod.Labels.Count == before.Labels.Count && pod.Labels.All(label => before.Labels.TryGetValue(label.Key, out string? value) && value == label.Value);
}
