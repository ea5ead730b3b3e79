using System.Text.Json;
using Kdd.Kubernetes.Controllers;
using Kdd.Kubernetes.Informers;
using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Tests.Readme;

/// <summary>Keeps the names of a namespace's pods, and tells whenever one of them comes or goes.</summary>
public sealed record PodName(NamespacedName Name, string Version)
{
    public static readonly ObjectFormat<PodName> Format = new(Read, pod => pod.Name, pod => pod.Version);

    private static PodName Read(ref ObjectJsonReader reader)
    {
        using JsonDocument pod = JsonDocument.ParseValue(ref reader.Json);
        JsonElement metadata = pod.RootElement.GetProperty("metadata");
        return new PodName(
            new NamespacedName(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!),
            metadata.GetProperty("resourceVersion").GetString()!);
    }
}

public static class PodController
{
    public static async Task RunAsync(KubernetesApi api, Action<NamespacedName, bool> tell, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        var pods = new Informer<PodName>(
            api, new InformerOptions { Type = ResourceType.Pods, Namespace = "shop" }, PodName.Format with { MetadataOnly = true }, time, logger);
        using var queue = new WorkQueue<NamespacedName>(time);
        var controller = new Controller<NamespacedName>("pods", queue, ReconcileAsync, logger, time);
        pods.Changed += change => queue.Add(change.Name);
        await Task.WhenAll(pods.RunAsync(stop), controller.RunAsync(workers: 2, stop));

        // Level-triggered: what the cache says now counts, not what the change was.
        Task<ReconcileResult> ReconcileAsync(NamespacedName name, CancellationToken cancellationToken)
        {
            tell(name, pods.Lister.Get(name) is not null);
            return Task.FromResult(ReconcileResult.Done);
        }
    }
}
