using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>The end of a pod: preStop, SIGTERM, and SIGKILL when the grace period is over.</summary>
internal sealed class PodShutdown(TimeProvider timeProvider)
{
    private readonly long _begun = timeProvider.GetTimestamp();
    private bool _asked;
    private bool _atOnce;

    public static PodShutdown AtOnce(TimeProvider timeProvider) => new(timeProvider) { _atOnce = true };

    /// <summary>Takes the next step.</summary>
    /// <returns>How long nothing is due.</returns>
    public TimeSpan Advance(JsonObject pod, IReadOnlyList<ContainerState> containers, ContainerLifecycle lifecycle)
    {
        var grace = TimeSpan.FromSeconds(pod.Long("metadata", "deletionGracePeriodSeconds") ?? 30);
        var left = _atOnce ? TimeSpan.Zero : grace - timeProvider.GetElapsedTime(_begun);
        if (left <= TimeSpan.Zero)
        {
            foreach (var container in containers)
            {
                container.Instance?.Kill();
            }
            return TimeSpan.FromDays(1);
        }
        if (!_asked)
        {
            _asked = true;
            foreach (var container in containers.Where(c => c.IsRunning && c.Role == ContainerRole.Regular))
            {
                lifecycle.Terminate(pod, container, grace);
            }
        }
        // Sidecars outlive the containers that they serve.
        if (containers.All(c => c.Role != ContainerRole.Regular || !c.IsRunning))
        {
            foreach (var container in containers.Where(c => c.IsRunning))
            {
                container.Instance!.Terminate();
            }
        }
        return left;
    }
}
