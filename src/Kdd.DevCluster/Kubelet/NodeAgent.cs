using System.Collections.Concurrent;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet;

/// <summary>The kubelet of one node: a worker for each pod that was given to the node.</summary>
internal sealed class NodeAgent(KubeletContext context)
{
    private static readonly ResourceKey Pods = new("", "pods");
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);

    public string Name => context.Node.Name;

    public KubeletGate Gate => context.Gate;

    public KubeletContext Context => context;

    public IEnumerable<PodWorker> Workers => _workers.Values;

    /// <summary>The worker of a pod; null when the node has not got it.</summary>
    public PodWorker? Find(string podUid) => _workers.GetValueOrDefault(podUid);

    /// <summary>Follows the pods of the node until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in context.Store.WatchAsync(Pods, null, cancellationToken))
        {
            if (change.Object.Str("spec", "nodeName") != Name)
            {
                continue;
            }
            try
            {
                Take(change);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                context.Logger.LogError(e, "pod {Namespace}/{Pod} cannot be taken", change.Object.Namespace(), change.Object.Name());
            }
        }
    }

    /// <summary>Stops or starts the node's container runtime.</summary>
    public void SetRuntime(bool isDown)
    {
        Gate.IsRuntimeDown = isDown;
        foreach (var worker in Workers)
        {
            worker.HoldLogs(isDown);
        }
    }

    public Task StopAsync() => Task.WhenAll(_workers.Values.Select(worker => worker.StopAsync(context.Settings.StopGrace)));

    private void Take(StoreEvent change)
    {
        string uid = change.Object.Uid();
        if (_workers.TryGetValue(uid, out var worker))
        {
            if (change.Type == StoreEventType.Deleted)
            {
                worker.Remove();
            }
            else
            {
                worker.Update(change.Object);
            }
        }
        else if (change.Type != StoreEventType.Deleted && change.Object.Str("status", "phase") is not ("Succeeded" or "Failed"))
        {
            var started = new PodWorker(change.Object, context);
            _workers[uid] = started;
            _ = started.Completed.ContinueWith(_ => _workers.TryRemove(uid, out PodWorker? _), TaskScheduler.Default);
        }
    }
}
