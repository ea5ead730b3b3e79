using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Rolls a Deployment's template out: one ReplicaSet a template, scaled by the strategy.</summary>
internal sealed class DeploymentController(
    ObjectStore store, EventWriter events, TimeProvider timeProvider, ILogger<DeploymentController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    private static readonly ResourceKey Deployments = new("apps", "deployments");
    private static readonly ResourceKey ReplicaSets = new("apps", "replicasets");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(Deployments, Itself), (ReplicaSets, ControllerOf("Deployment"))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(Deployments, name.Namespace, name.Name) is not { } deployment)
        {
            return null;
        }
        var owned = Owned(deployment);
        var current = Current(deployment, owned);
        if (!Owners.IsBeingDeleted(deployment))
        {
            if (current is null && deployment.Bool("spec", "paused") != true)
            {
                current = CreateReplicaSet(deployment, owned);
                owned.Add(current);
            }
            if (current is not null)
            {
                WriteRevision(deployment, ref current, owned);
            }
            Scale(deployment, current, owned);
            owned = Owned(deployment);
            current = Current(deployment, owned);
            CleanUp(deployment, current, owned);
        }
        return DeploymentStatus.Write(Store, deployment, current, owned, TimeProvider);
    }

    private List<JsonObject> Owned(JsonObject deployment) =>
        [.. Store.List(ReplicaSets, deployment.Namespace()).Where(set => Owners.IsControlledBy(set, deployment))];

    private static JsonObject? Current(JsonObject deployment, List<JsonObject> owned)
    {
        var template = deployment.Obj("spec", "template");
        string name = NameOf(deployment);
        return owned.OrderBy(set => set.Str("metadata", "creationTimestamp"), StringComparer.Ordinal)
            .FirstOrDefault(set => set.Name() == name || TemplateHash.AreEqual(set.Obj("spec", "template"), template));
    }

    private static string NameOf(JsonObject deployment) =>
        $"{deployment.Name()}-{TemplateHash.Of(deployment.Obj("spec", "template") ?? [])}";

    private JsonObject CreateReplicaSet(JsonObject deployment, List<JsonObject> owned)
    {
        string hash = TemplateHash.Of(deployment.Obj("spec", "template") ?? []);
        var template = (JsonObject)(deployment.Obj("spec", "template") ?? []).DeepClone();
        SetLabel(template.Metadata(), "labels", hash);
        var selector = (JsonObject)(deployment.Obj("spec", "selector") ?? []).DeepClone();
        SetLabel(selector, "matchLabels", hash);
        var annotations = (JsonObject)(deployment.Obj("metadata", "annotations") ?? []).DeepClone();
        annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        annotations[RevisionAnnotation] = (MaxRevision(owned) + 1).ToString(CultureInfo.InvariantCulture);
        long wanted = deployment.Long("spec", "replicas") ?? 1;
        annotations["deployment.kubernetes.io/desired-replicas"] = wanted.ToString(CultureInfo.InvariantCulture);
        annotations["deployment.kubernetes.io/max-replicas"] = (wanted + Rollout.Of(deployment).MaxSurge).ToString(CultureInfo.InvariantCulture);
        var spec = new JsonObject { ["replicas"] = 0, ["selector"] = selector, ["template"] = template };
        if (deployment.Long("spec", "minReadySeconds") is { } minReady)
        {
            spec["minReadySeconds"] = minReady;
        }
        return Store.Create(ReplicaSets, new JsonObject
        {
            ["kind"] = "ReplicaSet",
            ["apiVersion"] = "apps/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(deployment),
                ["namespace"] = deployment.Namespace(),
                ["labels"] = template.Obj("metadata", "labels")!.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(Owners.Reference(deployment)),
            },
            ["spec"] = spec,
        });
    }

    /// <summary>A template that comes back (rollout undo) makes its old ReplicaSet the newest revision.</summary>
    private void WriteRevision(JsonObject deployment, ref JsonObject current, List<JsonObject> owned)
    {
        string uid = current.Uid();
        long others = MaxRevision(owned.Where(set => set.Uid() != uid));
        if (RevisionOf(current) <= others)
        {
            current = Annotate(ReplicaSets, current, (others + 1).ToString(CultureInfo.InvariantCulture)) ?? current;
        }
        string revision = RevisionOf(current).ToString(CultureInfo.InvariantCulture);
        if (deployment.Str("metadata", "annotations", RevisionAnnotation) != revision)
        {
            Annotate(Deployments, deployment, revision);
        }
    }

    private void Scale(JsonObject deployment, JsonObject? current, List<JsonObject> owned)
    {
        foreach (var (set, replicas) in Rollout.Of(deployment).Next(current, owned, deployment.Bool("spec", "paused") == true))
        {
            long before = set.Long("spec", "replicas") ?? 0;
            Store.Mutate(ReplicaSets, set.Namespace(), set.Name(), stored =>
            {
                stored.Obj("spec")!["replicas"] = replicas;
                return true;
            });
            events.Write(deployment, "Normal", "ScalingReplicaSet",
                $"Scaled {(replicas > before ? "up" : "down")} replica set {set.Name()} from {before} to {replicas}", "deployment-controller");
        }
    }

    private void CleanUp(JsonObject deployment, JsonObject? current, List<JsonObject> owned)
    {
        long limit = deployment.Long("spec", "revisionHistoryLimit") ?? 10;
        var old = owned
            .Where(set => set.Uid() != current?.Uid() && set.Long("spec", "replicas") == 0 && (set.Long("status", "replicas") ?? 0) == 0)
            .OrderByDescending(RevisionOf).Skip((int)limit);
        foreach (var set in old)
        {
            Store.Delete(ReplicaSets, set.Namespace(), set.Name());
        }
    }

    private JsonObject? Annotate(ResourceKey type, JsonObject obj, string revision) =>
        Store.Mutate(type, obj.Namespace(), obj.Name(), stored =>
        {
            if (stored.Obj("metadata", "annotations") is not { } annotations)
            {
                annotations = [];
                stored.Metadata()["annotations"] = annotations;
            }
            annotations[RevisionAnnotation] = revision;
            return true;
        });

    private static long MaxRevision(IEnumerable<JsonObject> sets) => sets.Select(RevisionOf).DefaultIfEmpty(0).Max();

    private static long RevisionOf(JsonObject set) =>
        long.TryParse(set.Str("metadata", "annotations", RevisionAnnotation), CultureInfo.InvariantCulture, out long revision) ? revision : 0;

    private static void SetLabel(JsonObject parent, string map, string hash)
    {
        if (parent.Obj(map) is not { } labels)
        {
            labels = [];
            parent[map] = labels;
        }
        labels[TemplateHash.Label] = hash;
    }
}
