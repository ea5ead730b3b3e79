using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Keeps as many pods as a ReplicaSet, or a ReplicationController, asks for.</summary>
internal sealed class ReplicaSetController(
    ObjectStore store, PodFactory pods, TimeProvider timeProvider, ILogger<ReplicaSetController> logger, ReplicaKind kind)
    : ControllerLoop(store, timeProvider, logger)
{
    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(kind.Type, Itself), (PodFactory.Pods, ControllerOf(kind.Kind))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(kind.Type, name.Namespace, name.Name) is not { } set)
        {
            return null;
        }
        Adopt(set);
        var owned = pods.Of(set);
        var active = owned.Where(PodFacts.IsActive).ToList();
        long wanted = set.Long("spec", "replicas") ?? 1;
        if (!Owners.IsBeingDeleted(set))
        {
            for (long i = active.Count; i < wanted; i++)
            {
                active.Add(pods.Create(set, set.Obj("spec", "template") ?? []));
            }
            foreach (var pod in PodFacts.ByDeletionOrder(active).Take((int)Math.Max(0, active.Count - wanted)).ToList())
            {
                pods.Delete(set, pod);
                active.Remove(pod);
            }
        }
        return WriteStatus(set, active, owned.Count(Owners.IsBeingDeleted));
    }

    /// <summary>Pods that match and belong to nobody become the set's own, as after a deletion with --cascade=orphan.</summary>
    private void Adopt(JsonObject set)
    {
        if (Owners.IsBeingDeleted(set))
        {
            return;
        }
        foreach (var pod in Store.List(PodFactory.Pods, set.Namespace()))
        {
            if (Owners.ControllerOf(pod) is null && PodFacts.IsActive(pod) && kind.Selects(set, pod))
            {
                Store.Mutate(PodFactory.Pods, pod.Namespace(), pod.Name(), stored =>
                {
                    stored.Metadata()["ownerReferences"] = new JsonArray(Owners.Reference(set));
                    return true;
                });
            }
        }
    }

    private TimeSpan? WriteStatus(JsonObject set, List<JsonObject> active, int terminating)
    {
        var minReady = TimeSpan.FromSeconds(set.Long("spec", "minReadySeconds") ?? 0);
        var now = TimeProvider.GetUtcNow();
        int ready = active.Count(PodFacts.IsReady);
        int available = active.Count(pod => PodFacts.IsAvailable(pod, minReady, now));
        Store.Mutate(kind.Type, set.Namespace(), set.Name(), stored =>
        {
            var status = new JsonObject { ["replicas"] = active.Count };
            status.AddCount("fullyLabeledReplicas", active.Count);
            status.AddCount("readyReplicas", ready);
            status.AddCount("availableReplicas", available);
            if (kind.Kind == "ReplicaSet")
            {
                status["terminatingReplicas"] = terminating;
            }
            status["observedGeneration"] = set.Long("metadata", "generation") ?? 1;
            stored["status"] = status;
            return true;
        }, statusOnly: true);
        return ready > available ? TimeSpan.FromSeconds(1) : null;
    }
}

/// <summary>A kind that keeps a number of equal pods.</summary>
internal sealed record ReplicaKind(string Kind, ResourceKey Type)
{
    public static ReplicaKind ReplicaSet { get; } = new("ReplicaSet", new ResourceKey("apps", "replicasets"));

    public static ReplicaKind ReplicationController { get; } =
        new("ReplicationController", new ResourceKey("", "replicationcontrollers"));

    public bool Selects(JsonObject set, JsonObject pod) => Kind == "ReplicaSet"
        ? Selector.Matches(set.Obj("spec", "selector"), pod)
        : Selector.MatchesMap(set.Obj("spec", "selector"), pod);
}
