using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>One pod on every node that the template's nodeSelector allows.</summary>
internal sealed class DaemonSetController(
    ObjectStore store, PodFactory pods, TimeProvider timeProvider, ILogger<DaemonSetController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private const string RevisionLabel = "controller-revision-hash";
    private static readonly ResourceKey DaemonSets = new("apps", "daemonsets");
    private static readonly ResourceKey Nodes = new("", "nodes");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
    [
        (DaemonSets, Itself),
        (PodFactory.Pods, ControllerOf("DaemonSet")),
        (Nodes, _ => Store.List(DaemonSets).Select(ObjectName.Of)),
    ];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(DaemonSets, name.Namespace, name.Name) is not { } set)
        {
            return null;
        }
        string hash = TemplateHash.Of(set.Obj("spec", "template") ?? []);
        var nodes = Store.List(Nodes).Where(node => IsMeant(set, node)).Select(node => node.Name()).ToList();
        if (!Owners.IsBeingDeleted(set))
        {
            Place(set, hash, nodes);
            Update(set, hash, nodes);
        }
        WriteStatus(set, hash, nodes);
        return null;
    }

    private void Place(JsonObject set, string hash, List<string> nodes)
    {
        var byNode = pods.Of(set).ToLookup(NodeAffinity.NodeOf);
        foreach (string node in nodes)
        {
            foreach (var ended in byNode[node].Where(pod => PodFacts.IsFinished(pod) && !Owners.IsBeingDeleted(pod)))
            {
                pods.Delete(set, ended);
            }
            if (!byNode[node].Any())
            {
                pods.Create(set, set.Obj("spec", "template") ?? [], null, pod =>
                {
                    NodeAffinity.Require(pod.Obj("spec")!, node);
                    if (pod.Metadata().Obj("labels") is not { } labels)
                    {
                        labels = [];
                        pod.Metadata()["labels"] = labels;
                    }
                    labels[RevisionLabel] = hash;
                    labels["pod-template-generation"] = "1";
                });
            }
        }
        foreach (var stray in byNode.Where(group => !nodes.Contains(group.Key)).SelectMany(group => group).Where(PodFacts.IsActive))
        {
            pods.Delete(set, stray);
        }
    }

    private void Update(JsonObject set, string hash, List<string> nodes)
    {
        if (set.Str("spec", "updateStrategy", "type") == "OnDelete")
        {
            return;
        }
        var owned = pods.Of(set);
        int unavailable = nodes.Count - owned.Count(pod => PodFacts.IsReady(pod) && PodFacts.IsActive(pod));
        int allowed = set.Int("spec", "updateStrategy", "rollingUpdate", "maxUnavailable") ?? 1;
        foreach (var pod in owned.Where(pod => PodFacts.IsActive(pod) && pod.Str("metadata", "labels", RevisionLabel) != hash))
        {
            bool ready = PodFacts.IsReady(pod);
            if (ready && unavailable >= allowed)
            {
                continue;
            }
            pods.Delete(set, pod);
            unavailable += ready ? 1 : 0;
        }
    }

    private void WriteStatus(JsonObject set, string hash, List<string> nodes)
    {
        var placed = pods.Of(set).Where(pod => PodFacts.IsActive(pod) && nodes.Contains(NodeAffinity.NodeOf(pod))).ToList();
        Store.Mutate(DaemonSets, set.Namespace(), set.Name(), stored =>
        {
            int ready = placed.Count(PodFacts.IsReady);
            var status = new JsonObject
            {
                ["currentNumberScheduled"] = placed.Count,
                ["numberMisscheduled"] = 0,
                ["desiredNumberScheduled"] = nodes.Count,
                ["numberReady"] = ready,
                ["observedGeneration"] = set.Long("metadata", "generation") ?? 1,
            };
            status.AddCount("updatedNumberScheduled", placed.Count(pod => pod.Str("metadata", "labels", RevisionLabel) == hash));
            status.AddCount("numberAvailable", ready);
            status.AddCount("numberUnavailable", nodes.Count - ready);
            stored["status"] = status;
            return true;
        }, statusOnly: true);
    }

    private static bool IsMeant(JsonObject set, JsonObject node) =>
        NodeAffinity.Fits(set.Obj("spec", "template", "spec") ?? [], node);
}
