using System.Collections.Concurrent;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>
/// The pods of one namespace and the objects that own them, as small records kept current by watches. Kinds are watched
/// from when a LogView first needs them until the namespace is given up.
/// </summary>
internal sealed class NamespaceCache : IAsyncDisposable
{
    private readonly KubernetesApi _api;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentDictionary<ResourceType, Lazy<Informer<WorkloadRecord>>> _workloads = new();
    private readonly Informer<PodRecord> _pods;

    public NamespaceCache(string @namespace, KubernetesApi api, TimeProvider timeProvider, ILogger logger)
    {
        Namespace = @namespace;
        (_api, _timeProvider, _logger) = (api, timeProvider, logger);
        _pods = new Informer<PodRecord>(api, new InformerOptions { Type = ResourceType.Pods, Namespace = @namespace }, PodReader.Format, timeProvider, logger);
        _pods.Changed += change =>
        {
            PodRecord pod = (change.After ?? change.Before)!;
            Graph.Update(pod.Uid, pod.Name, change.Before?.Owners, change.After?.Owners);
            Interests.PodChanged(change);
        };
    }

    public string Namespace { get; }

    public OwnerGraph Graph { get; } = new();

    /// <summary>Whom to wake when something here changes.</summary>
    public Interests Interests { get; } = new();

    public Lister<PodRecord> Pods => _pods.Lister;

    public bool PodsSynced => _pods.HasSynced;

    /// <summary>Null while the pods can be listed and watched.</summary>
    public Exception? PodsFailure => _pods.Failure;

    public void Start() => Run(_pods);

    /// <summary>The informer of a kind that owns pods, started at the first call.</summary>
    public Informer<WorkloadRecord> Workloads(ResourceType type) => _workloads.GetOrAdd(type, t => new Lazy<Informer<WorkloadRecord>>(() =>
    {
        var options = new InformerOptions { Type = t, Namespace = Namespace };
        var informer = new Informer<WorkloadRecord>(_api, options, t == WorkloadKind.Jobs ? WorkloadRecord.Whole : WorkloadRecord.Metadata, _timeProvider, _logger);
        informer.Changed += change =>
        {
            WorkloadRecord workload = (change.After ?? change.Before)!;
            Graph.Update(workload.Uid, null, change.Before?.Owners, change.After?.Owners);
            Interests.WorkloadChanged(t, change);
        };
        Run(informer);
        return informer;
    })).Value;

    /// <summary>The kinds watched so far.</summary>
    public IEnumerable<Informer<WorkloadRecord>> AllWorkloads() => _workloads.Values.Select(lazy => lazy.Value);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private void Run<T>(Informer<T> informer)
        where T : class
    {
        informer.FailureChanged += Interests.WakeAll;
        _running.Add(informer.RunAsync(_stop.Token));
        _running.Add(WakeWhenSyncedAsync(informer.Synced));
    }

    private async Task WakeWhenSyncedAsync(Task synced)
    {
        await Task.WhenAny(synced, Task.Delay(Timeout.InfiniteTimeSpan, _timeProvider, _stop.Token));
        if (synced.IsCompletedSuccessfully)
        {
            Interests.WakeAll();
        }
    }
}
