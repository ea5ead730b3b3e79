using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>The end of a pod: preStop, SIGTERM, and SIGKILL when the grace period is over.</summary>
internal sealed class PodShutdown(TimeProvider timeProvider)
{
    // kuberuntime_container.go: minimumGracePeriodInSeconds. A pod that was deleted by force writes on for that long.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    private long _begun = timeProvider.GetTimestamp();
    private bool _asked;
    private bool _isRemoved;

    /// <summary>The object is gone: what is left of the grace period shrinks to the least.</summary>
    public void Hurry()
    {
        if (!_isRemoved)
        {
            _isRemoved = true;
            _begun = timeProvider.GetTimestamp();
        }
    }

    /// <summary>Takes the next step.</summary>
    /// <returns>How long nothing is due.</returns>
    public TimeSpan Advance(JsonObject pod, IReadOnlyList<ContainerState> containers, ContainerLifecycle lifecycle)
    {
        var grace = _isRemoved ? LeastGrace : TimeSpan.FromSeconds(pod.Long("metadata", "deletionGracePeriodSeconds") ?? 30);
        grace = grace < LeastGrace ? LeastGrace : grace;
        var left = grace - timeProvider.GetElapsedTime(_begun);
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
