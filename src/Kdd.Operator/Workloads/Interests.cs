using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>What a LogView's pods depend on: a change of anything else cannot concern it.</summary>
/// <param name="OwnerUids">Children of these are, or lead to, its pods.</param>
/// <param name="Workload">The named workload itself; null with a selector.</param>
/// <param name="Selects">Pods chosen by label.</param>
internal sealed record Interest(IReadOnlySet<string> OwnerUids, (ResourceType Type, string Name)? Workload, Func<PodRecord, bool>? Selects)
{
    public static readonly Interest None = new(new HashSet<string>(), null, null);
}

/// <summary>
/// Which LogViews of a namespace to reconcile when a pod or workload changes: with 1,000 LogViews in a namespace, a pod
/// must not wake them all.
/// </summary>
internal sealed class Interests
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NamespacedName, Interest> _interests = [];
    private readonly Dictionary<string, HashSet<NamespacedName>> _byOwner = [];
    private readonly Dictionary<(ResourceType, string), HashSet<NamespacedName>> _byWorkload = [];
    private readonly HashSet<NamespacedName> _selecting = [];

    /// <summary>A LogView is concerned by a change. Must return quickly.</summary>
    public event Action<NamespacedName>? Woken;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _interests.Count;
            }
        }
    }

    /// <summary>The LogView is here, whatever it will be interested in.</summary>
    public void Join(NamespacedName logView)
    {
        lock (_lock)
        {
            _interests.TryAdd(logView, Interest.None);
        }
    }

    /// <summary>Replaces what <paramref name="logView"/> is interested in; null: nothing any more.</summary>
    public void Set(NamespacedName logView, Interest? interest)
    {
        lock (_lock)
        {
            if (_interests.Remove(logView, out Interest? before))
            {
                foreach (string uid in before.OwnerUids)
                {
                    Remove(_byOwner, uid, logView);
                }

                if (before.Workload is { } workload)
                {
                    Remove(_byWorkload, workload, logView);
                }

                _selecting.Remove(logView);
            }

            if (interest is null)
            {
                return;
            }

            _interests[logView] = interest;
            foreach (string uid in interest.OwnerUids)
            {
                Add(_byOwner, uid, logView);
            }

            if (interest.Workload is { } named)
            {
                Add(_byWorkload, named, logView);
            }

            if (interest.Selects is not null)
            {
                _selecting.Add(logView);
            }
        }
    }

    /// <summary>Interested in what these own as well.</summary>
    public void Add(NamespacedName logView, IEnumerable<string> ownerUids)
    {
        lock (_lock)
        {
            Interest interest = _interests.GetValueOrDefault(logView) ?? Interest.None;
            Set(logView, interest with { OwnerUids = interest.OwnerUids.Union(ownerUids).ToHashSet() });
        }
    }

    public void PodChanged(Change<PodRecord> change)
    {
        var concerned = new HashSet<NamespacedName>();
        lock (_lock)
        {
            Collect_NeedsLock(concerned, ResourceType.Pods, change.Name.Name, change.Before?.Owners, change.After?.Owners);
            concerned.UnionWith(_selecting.Where(logView => _interests[logView].Selects is { } selects
                && ((change.Before is { } before && selects(before)) || (change.After is { } after && selects(after)))));
        }

        Wake(concerned);
    }

    public void WorkloadChanged(ResourceType type, Change<WorkloadRecord> change)
    {
        var concerned = new HashSet<NamespacedName>();
        lock (_lock)
        {
            Collect_NeedsLock(concerned, type, change.Name.Name, change.Before?.Owners, change.After?.Owners);
        }

        Wake(concerned);
    }

    /// <summary>Something changed that may concern anyone: a cache has synced, or fails.</summary>
    public void WakeAll()
    {
        NamespacedName[] all;
        lock (_lock)
        {
            all = [.. _interests.Keys];
        }

        Wake(all);
    }

    private void Collect_NeedsLock(
        HashSet<NamespacedName> concerned, ResourceType type, string name, IReadOnlyList<OwnerRecord>? before, IReadOnlyList<OwnerRecord>? after)
    {
        concerned.UnionWith(_byWorkload.GetValueOrDefault((type, name)) ?? []);
        foreach (OwnerRecord owner in (before ?? []).Concat(after ?? []))
        {
            concerned.UnionWith(_byOwner.GetValueOrDefault(owner.Uid) ?? []);
        }
    }

    private void Wake(IEnumerable<NamespacedName> logViews)
    {
        foreach (NamespacedName logView in logViews)
        {
            Woken?.Invoke(logView);
        }
    }

    private static void Add<TKey>(Dictionary<TKey, HashSet<NamespacedName>> index, TKey key, NamespacedName logView)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var logViews))
        {
            index[key] = logViews = [];
        }

        logViews.Add(logView);
    }

    private static void Remove<TKey>(Dictionary<TKey, HashSet<NamespacedName>> index, TKey key, NamespacedName logView)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out var logViews) && logViews.Remove(logView) && logViews.Count == 0)
        {
            index.Remove(key);
        }
    }
}
