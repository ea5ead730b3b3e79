using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Pods with stable names, one after the other: created in order, updated from the last to the first.</summary>
internal sealed class StatefulSetController(
    ObjectStore store, PodFactory pods, TimeProvider timeProvider, ILogger<StatefulSetController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private const string RevisionLabel = "controller-revision-hash";
    private static readonly ResourceKey StatefulSets = new("apps", "statefulsets");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(StatefulSets, Itself), (PodFactory.Pods, ControllerOf("StatefulSet"))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(StatefulSets, name.Namespace, name.Name) is not { } set)
        {
            return null;
        }
        string revision = $"{set.Name()}-{TemplateHash.Of(set.Obj("spec", "template") ?? [])}";
        var owned = pods.Of(set).ToDictionary(Ordinal);
        if (!Owners.IsBeingDeleted(set))
        {
            Step(set, revision, owned);
        }
        WriteStatus(set, revision, [.. pods.Of(set)]);
        return null;
    }

    /// <summary>Does one thing; its consequences lead here again. Parallel sets do all creations and deletions at once.</summary>
    private void Step(JsonObject set, string revision, Dictionary<int, JsonObject> owned)
    {
        int start = set.Int("spec", "ordinals", "start") ?? 0;
        int end = start + (set.Int("spec", "replicas") ?? 1);
        bool parallel = set.Str("spec", "podManagementPolicy") == "Parallel";
        for (int ordinal = start; ordinal < end; ordinal++)
        {
            if (!owned.TryGetValue(ordinal, out var pod))
            {
                Create(set, ordinal, revision);
            }
            else if (PodFacts.IsFinished(pod) && !Owners.IsBeingDeleted(pod))
            {
                pods.Delete(set, pod);
            }
            else if (PodFacts.IsReady(pod) && !Owners.IsBeingDeleted(pod))
            {
                continue;
            }
            if (!parallel)
            {
                return;
            }
        }
        foreach (int ordinal in owned.Keys.Where(ordinal => ordinal < start || ordinal >= end).OrderDescending())
        {
            if (!Owners.IsBeingDeleted(owned[ordinal]))
            {
                pods.Delete(set, owned[ordinal]);
            }
            if (!parallel)
            {
                return;
            }
        }
        Update(set, revision, owned, start, end);
    }

    private void Update(JsonObject set, string revision, Dictionary<int, JsonObject> owned, int start, int end)
    {
        if (set.Str("spec", "updateStrategy", "type") == "OnDelete")
        {
            return;
        }
        int partition = set.Int("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
        for (int ordinal = end - 1; ordinal >= Math.Max(start, partition); ordinal--)
        {
            if (!owned.TryGetValue(ordinal, out var pod) || Owners.IsBeingDeleted(pod))
            {
                return;
            }
            if (pod.Str("metadata", "labels", RevisionLabel) != revision)
            {
                pods.Delete(set, pod);
                return;
            }
            if (!PodFacts.IsReady(pod))
            {
                return;
            }
        }
    }

    private void Create(JsonObject set, int ordinal, string revision)
    {
        string name = $"{set.Name()}-{ordinal.ToString(CultureInfo.InvariantCulture)}";
        pods.Create(set, set.Obj("spec", "template") ?? [], name, pod =>
        {
            var metadata = pod.Metadata();
            metadata["generateName"] = $"{set.Name()}-"; // without effect beside a name, but there
            if (metadata.Obj("labels") is not { } labels)
            {
                labels = [];
                metadata["labels"] = labels;
            }
            labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
            labels[RevisionLabel] = revision;
            labels["statefulset.kubernetes.io/pod-name"] = name;
            pod.Obj("spec")!["hostname"] = name;
            if (set.Str("spec", "serviceName") is { Length: > 0 } service)
            {
                pod.Obj("spec")!["subdomain"] = service;
            }
            AddClaims(set, pod, name);
        });
    }

    private static void AddClaims(JsonObject set, JsonObject pod, string name)
    {
        foreach (var claim in (set.Arr("spec", "volumeClaimTemplates") ?? []).OfType<JsonObject>())
        {
            if (pod.Arr("spec", "volumes") is not { } volumes)
            {
                volumes = [];
                pod.Obj("spec")!["volumes"] = volumes;
            }
            volumes.Add(new JsonObject
            {
                ["name"] = claim.Name(),
                ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{claim.Name()}-{name}" },
            });
        }
    }

    private void WriteStatus(JsonObject set, string revision, List<JsonObject> owned)
    {
        Store.Mutate(StatefulSets, set.Namespace(), set.Name(), stored =>
        {
            long wanted = stored.Long("spec", "replicas") ?? 1;
            int updated = owned.Count(pod => pod.Str("metadata", "labels", RevisionLabel) == revision);
            int ready = owned.Count(pod => PodFacts.IsReady(pod) && !Owners.IsBeingDeleted(pod));
            string current = stored.Str("status", "currentRevision") ?? revision;
            if (updated == wanted && owned.Count == wanted && ready == wanted)
            {
                current = revision;
            }
            var status = new JsonObject
            {
                ["observedGeneration"] = set.Long("metadata", "generation") ?? 1,
                ["replicas"] = owned.Count,
            };
            status.AddCount("readyReplicas", ready);
            status.AddCount("currentReplicas", owned.Count(pod => pod.Str("metadata", "labels", RevisionLabel) == current));
            status.AddCount("updatedReplicas", updated);
            status["currentRevision"] = current;
            status["updateRevision"] = revision;
            status["collisionCount"] = 0;
            status["availableReplicas"] = ready;
            stored["status"] = status;
            return true;
        }, statusOnly: true);
    }

    private static int Ordinal(JsonObject pod) =>
        int.TryParse(pod.Name()[(pod.Name().LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture, out int ordinal) ? ordinal : -1;
}
