using Kdd.Kubernetes;

namespace Kdd.Operator.Workloads;

/// <summary>The caches of the namespaces in which this replica has LogViews; nothing else is watched.</summary>
internal sealed class ClusterCache(KubernetesApi api, TimeProvider timeProvider, ILoggerFactory loggerFactory) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, NamespaceCache> _namespaces = [];

    /// <summary>A LogView should be reconciled: what its pods depend on has changed.</summary>
    public event Action<NamespacedName>? Woken;

    /// <summary>The cache of the LogView's namespace, started with its first LogView and kept until <see cref="ForgetAsync"/> of its last.</summary>
    public NamespaceCache Of(NamespacedName logView)
    {
        lock (_lock)
        {
            if (!_namespaces.TryGetValue(logView.Namespace, out NamespaceCache? cache))
            {
                cache = new NamespaceCache(logView.Namespace, api, timeProvider, loggerFactory.CreateLogger<NamespaceCache>());
                cache.Interests.Woken += name => Woken?.Invoke(name);
                cache.Start();
                _namespaces[logView.Namespace] = cache;
            }

            cache.Interests.Join(logView);
            return cache;
        }
    }

    /// <summary>False where no namespace of ours holds the pod, or one of another uid.</summary>
    public bool HasPod(NamespacedName pod, string uid)
    {
        NamespaceCache? cache;
        lock (_lock)
        {
            cache = _namespaces.GetValueOrDefault(pod.Namespace);
        }

        return cache?.Pods.Get(pod)?.Uid == uid;
    }

    /// <summary>A LogView is gone or another's: the namespace's watches end with the last one.</summary>
    public async ValueTask ForgetAsync(NamespacedName logView)
    {
        NamespaceCache? unused = null;
        lock (_lock)
        {
            if (_namespaces.TryGetValue(logView.Namespace, out NamespaceCache? cache))
            {
                cache.Interests.Set(logView, null);
                if (cache.Interests.Count == 0)
                {
                    _namespaces.Remove(logView.Namespace);
                    unused = cache;
                }
            }
        }

        if (unused is not null)
        {
            await unused.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        NamespaceCache[] all;
        lock (_lock)
        {
            all = [.. _namespaces.Values];
            _namespaces.Clear();
        }

        foreach (NamespaceCache cache in all)
        {
            await cache.DisposeAsync();
        }
    }
}
