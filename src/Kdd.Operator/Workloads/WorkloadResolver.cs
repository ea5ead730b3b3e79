using Kdd.Api.LogViews;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>From what a LogView names to its pods: by owner chain where there is one, by label only where the spec says so.</summary>
internal sealed class WorkloadResolver(ClusterCache caches, KindDiscovery discovery, ScaleReader scales)
{
    /// <summary>Resolves, and registers what the answer depends on, so that a change of it wakes the LogView.</summary>
    public async Task<WorkloadResolution> ResolveAsync(NamespacedName logView, LogViewSpec spec, CancellationToken cancellationToken)
    {
        NamespaceCache cache = caches.Of(logView);

        // The interest goes in before the cache is read, or a change in between would wake nobody.
        if (spec.Selector is { } selector)
        {
            return Select(logView, selector, cache);
        }

        if (spec.Workload is not { } workload)
        {
            return new WorkloadResolution.Invalid("spec: exactly one of workload and selector must be set");
        }

        (WorkloadKind? kind, WorkloadResolution? problem) = await FindKindAsync(workload, cancellationToken);
        cache.Interests.Set(logView, kind is null ? Interest.None : Interest.None with { Workload = (kind.Type, workload.Name) });
        if (kind is null)
        {
            return problem!;
        }

        if (Unready(cache.PodsSynced, cache.PodsFailure, kind) is { } unready)
        {
            return unready;
        }

        return kind.Type == ResourceType.Pods
            ? FindPod(logView, workload, cache)
            : await FollowOwnersAsync(logView, workload, kind, cache, cancellationToken);
    }

    private static WorkloadResolution Select(NamespacedName logView, LabelSelector selector, NamespaceCache cache)
    {
        Func<IReadOnlyDictionary<string, string>, bool> matches;
        try
        {
            matches = PodSelector.Compile(selector);
        }
        catch (FormatException e)
        {
            cache.Interests.Set(logView, Interest.None);
            return new WorkloadResolution.Invalid(e.Message);
        }

        cache.Interests.Set(logView, Interest.None with { Selects = pod => matches(pod.Labels) });
        return Unready(cache.PodsSynced, cache.PodsFailure, null)
            ?? new WorkloadResolution.Resolved([.. cache.Pods.List().Where(pod => matches(pod.Labels))], Finished: false, "No pod matches spec.selector; lines are read when one does.");
    }

    private async Task<(WorkloadKind?, WorkloadResolution?)> FindKindAsync(WorkloadReference workload, CancellationToken cancellationToken)
    {
        if (WorkloadKind.BuiltIn(workload.ApiVersion, workload.Kind) is { } builtIn)
        {
            return (builtIn, null);
        }

        if (string.IsNullOrEmpty(workload.ApiVersion))
        {
            return (null, new WorkloadResolution.Invalid(
                $"spec.workload.apiVersion: must be set for the kind {workload.Kind}; only {string.Join(", ", WorkloadKind.BuiltInKinds)} do without"));
        }

        try
        {
            (WorkloadKind? found, bool namespaced) = await discovery.FindAsync(workload.ApiVersion, workload.Kind, cancellationToken);
            return (found, namespaced) switch
            {
                (null, _) => (null, new WorkloadResolution.NotFound($"the API server does not serve the kind {workload.Kind} in {workload.ApiVersion}") { RecheckAfter = KindDiscovery.Fresh }),
                (_, false) => (null, new WorkloadResolution.Invalid($"spec.workload.kind: {workload.Kind} in {workload.ApiVersion} is not namespaced, a LogView reads only its own namespace")),
                _ => (found, null),
            };
        }
        catch (InvalidNameException e)
        {
            return (null, new WorkloadResolution.Invalid($"spec.workload.apiVersion: {e.Message}"));
        }
    }

    private static WorkloadResolution FindPod(NamespacedName logView, WorkloadReference workload, NamespaceCache cache)
        => cache.Pods.Get(logView with { Name = workload.Name }) is { } pod
            // A kubelet ends every pod that is deleted as Succeeded or Failed: that is no end of its work, another may take its name.
            ? new WorkloadResolution.Resolved([pod], Finished: pod is { DeletionTimestamp: null, Phase: "Succeeded" or "Failed" })
            : NotFound(logView, workload);

    private async Task<WorkloadResolution> FollowOwnersAsync(
        NamespacedName logView, WorkloadReference workload, WorkloadKind kind, NamespaceCache cache, CancellationToken cancellationToken)
    {
        Informer<WorkloadRecord> workloads = cache.Workloads(kind.Type);
        if (Unready(workloads.HasSynced, workloads.Failure, kind) is { } unready)
        {
            return unready;
        }

        if (workloads.Lister.Get(logView with { Name = workload.Name }) is not { } found)
        {
            return NotFound(logView, workload);
        }

        IEnumerable<Informer<WorkloadRecord>> between = kind.Between is { } known
            ? known.Select(cache.Workloads)
            : await FindBetweenAsync(kind, cache, cancellationToken);
        foreach (Informer<WorkloadRecord> step in between.ToArray())
        {
            // A kind in between that may not be read ends its chains; the LogView's own kind above is another matter.
            if (!step.HasSynced && step.Failure is null)
            {
                return new WorkloadResolution.Pending();
            }
        }

        // Interest in every uid on the way, then the walk again: what came between the two is in the second.
        (HashSet<string> owners, _) = cache.Graph.Below(found.Uid);
        cache.Interests.Set(logView, new Interest(owners, (kind.Type, workload.Name), null));
        (_, List<string> names) = cache.Graph.Below(found.Uid);
        PodRecord[] pods = [.. names.Distinct().Select(name => cache.Pods.Get(logView with { Name = name })).OfType<PodRecord>()];
        return pods.Length == 0 && kind.HasScale
            ? await SelectByScaleAsync(logView, workload, kind, owners, cache, cancellationToken)
            : new WorkloadResolution.Resolved(pods, found.Finished, kind.Between is null
                ? $"{workload.Kind} {workload.Name} owns no pods, and its kind has no scale subresource that would name them."
                : null);
    }

    /// <summary>For a kind that owns no pod: the selector of its scale subresource, read again now and then because nothing tells of its change.</summary>
    private async Task<WorkloadResolution> SelectByScaleAsync(
        NamespacedName logView, WorkloadReference workload, WorkloadKind kind, HashSet<string> owners, NamespaceCache cache, CancellationToken cancellationToken)
    {
        (Func<IReadOnlyDictionary<string, string>, bool>? matches, WorkloadResolution? problem) =
            await scales.ReadSelectorAsync(kind, logView with { Name = workload.Name }, cancellationToken);
        if (matches is null)
        {
            return problem ?? new WorkloadResolution.Resolved([], Finished: false, $"{workload.Kind} {workload.Name} owns no pods, and its scale states no selector.") { RecheckAfter = ScaleReader.Recheck };
        }

        cache.Interests.Set(logView, new Interest(owners, (kind.Type, workload.Name), pod => matches(pod.Labels)));
        return new WorkloadResolution.Resolved([.. cache.Pods.List().Where(pod => matches(pod.Labels))], Finished: false, $"No pod matches the selector that the scale of {workload.Kind} {workload.Name} states.") { RecheckAfter = ScaleReader.Recheck };
    }

    /// <summary>
    /// The kinds between an unknown kind and pods: every kind that owns a pod of the namespace, or owns such an owner,
    /// as far as the API server serves it. Argo Rollouts come out as ReplicaSets, Strimzi as StrimziPodSets.
    /// </summary>
    private async Task<IEnumerable<Informer<WorkloadRecord>>> FindBetweenAsync(WorkloadKind target, NamespaceCache cache, CancellationToken cancellationToken)
    {
        IEnumerable<OwnerRecord> owners = cache.Pods.List().SelectMany(pod => pod.Owners)
            .Concat(cache.AllWorkloads().SelectMany(informer => informer.Lister.List()).SelectMany(owned => owned.Owners));
        foreach ((string apiVersion, string kind) in owners.Select(owner => (owner.ApiVersion, owner.Kind)).Distinct().ToArray())
        {
            if (kind != target.Kind && await KindOfOwnerAsync(apiVersion, kind, cancellationToken) is { } between)
            {
                cache.Workloads(between.Type);
            }
        }

        return cache.AllWorkloads();
    }

    private async Task<WorkloadKind?> KindOfOwnerAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        if (WorkloadKind.BuiltIn(apiVersion, kind) is { } builtIn)
        {
            return builtIn.Type == ResourceType.Pods ? null : builtIn;
        }

        try
        {
            // Nodes own static pods, and are not namespaced.
            (WorkloadKind? found, bool namespaced) = await discovery.FindAsync(apiVersion, kind, cancellationToken);
            return namespaced ? found : null;
        }
        catch (InvalidNameException)
        {
            return null;
        }
    }

    private static WorkloadResolution? Unready(bool synced, Exception? failure, WorkloadKind? kind) => (synced, failure) switch
    {
        (_, KubernetesApiException { IsForbidden: true } forbidden) => new WorkloadResolution.Forbidden(forbidden.Message),
        (_, KubernetesApiException { IsNotFound: true }) when kind is not null
            => new WorkloadResolution.NotFound($"the API server does not serve {kind.Type} ({kind.Type.ApiVersion})"),
        (false, _) => new WorkloadResolution.Pending(),
        _ => null,
    };

    private static WorkloadResolution.NotFound NotFound(NamespacedName logView, WorkloadReference workload)
        => new($"{workload.Kind} {workload.Name} does not exist in namespace {logView.Namespace}");
}
