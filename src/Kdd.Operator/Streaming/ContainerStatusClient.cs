using System.Text.Json;
using Kdd.Kubernetes;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Asks the API server itself for a container's status, where what the informer says decides whose lines are read: its watch is
/// seconds behind when the API server has restarted or a node is busy.
/// </summary>
public sealed class ContainerStatusClient(KubernetesApi api)
{
    /// <summary>A list with a field selector and not a get: the operator may list pods, and needs no more than that.</summary>
    /// <returns>Not answered: nothing can be said now. Answered with null: the pod, or its container, is gone.</returns>
    internal async Task<(bool Answered, ContainerRecord? Record)> ReadAsync(ContainerKey key, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<PodRecord> pods = await api.ListAsync(
                ApiPath.To(ResourceType.Pods).In(key.Namespace).With("fieldSelector", $"metadata.name={key.Pod}"), PodReader.Format, cancellationToken);
            PodRecord? pod = pods.FirstOrDefault(pod => pod.Uid == key.PodUid);
            ContainerRecord? container = pod?.Containers.FirstOrDefault(container => container.Name == key.Container);
            return (true, container is null ? null : container with { IsPodEnding = pod!.IsEnding });
        }
        catch (Exception e) when (e is KubernetesApiException or HttpRequestException or IOException or TimeoutException or JsonException)
        {
            return (false, null);
        }
    }
}
