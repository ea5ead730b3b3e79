using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Gives each pod a node: of those that its nodeSelector allows, the one with the fewest pods.</summary>
internal sealed class Scheduler(
    ObjectStore store, PodAdmission admission, EventWriter events, TimeProvider timeProvider, ILogger<Scheduler> logger)
    : ControllerLoop(store, timeProvider, logger, manager: null) // a binding is nobody's
{
    private static readonly ResourceKey Nodes = new("", "nodes");
    private readonly Dictionary<string, int> _assigned = new(StringComparer.Ordinal);

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
    [
        (PodFactory.Pods, obj => string.IsNullOrEmpty(obj.Str("spec", "nodeName")) ? [ObjectName.Of(obj)] : []),
        (Nodes, _ => Store.List(PodFactory.Pods)
            .Where(pod => string.IsNullOrEmpty(pod.Str("spec", "nodeName"))).Select(ObjectName.Of)),
    ];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(PodFactory.Pods, name.Namespace, name.Name) is not { } pod || Owners.IsBeingDeleted(pod)
            || !string.IsNullOrEmpty(pod.Str("spec", "nodeName"))
            || (pod.Str("spec", "schedulerName") ?? "default-scheduler") != "default-scheduler")
        {
            return null;
        }
        var nodes = Store.List(Nodes).Where(node => node.Bool("spec", "unschedulable") != true || NodeAffinity.ToleratesUnschedulable(pod)).ToList();
        var fitting = nodes.Where(node => NodeAffinity.Fits(pod.Obj("spec") ?? [], node)).ToList();
        if (fitting.Count == 0)
        {
            Refuse(pod, nodes.Count);
            return null;
        }
        string chosen = fitting.MinBy(node => _assigned.GetValueOrDefault(node.Name()))!.Name();
        _assigned[chosen] = _assigned.GetValueOrDefault(chosen) + 1;
        Assign(pod, chosen);
        events.Write(pod, "Normal", "Scheduled",
            $"Successfully assigned {pod.Namespace()}/{pod.Name()} to {chosen}", "default-scheduler");
        return null;
    }

    private void Assign(JsonObject pod, string node)
    {
        Store.Mutate(PodFactory.Pods, pod.Namespace(), pod.Name(), stored =>
        {
            if (stored.Uid() != pod.Uid())
            {
                return false;
            }
            admission.Admit(stored);
            stored.Obj("spec")!["nodeName"] = node;
            return true;
        });
        Store.Mutate(PodFactory.Pods, pod.Namespace(), pod.Name(), stored => SetCondition(stored, "True", "", ""), statusOnly: true);
    }

    private void Refuse(JsonObject pod, int nodes)
    {
        string message = $"0/{nodes} nodes are available: {nodes} node(s) didn't match Pod's node affinity/selector. "
            + "no new claims to deallocate, preemption: 0/" + $"{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling.";
        var written = Store.As("kube-scheduler").Mutate(
            PodFactory.Pods, pod.Namespace(), pod.Name(), stored => SetCondition(stored, "False", "Unschedulable", message), statusOnly: true);
        if (written is not null && !ReferenceEquals(written, pod))
        {
            events.Write(pod, "Warning", "FailedScheduling", message, "default-scheduler");
        }
    }

    private bool SetCondition(JsonObject pod, string status, string reason, string message)
    {
        if (pod.Obj("status") is not { } podStatus)
        {
            podStatus = new JsonObject { ["phase"] = "Pending" };
            pod["status"] = podStatus;
        }
        if (podStatus.Arr("conditions") is not { } conditions)
        {
            conditions = [];
            podStatus["conditions"] = conditions;
        }
        var old = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == "PodScheduled");
        if (old.Str("status") == status && (old.Str("message") ?? "") == message)
        {
            return false;
        }
        if (old is not null)
        {
            conditions.Remove(old);
        }
        var condition = new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = status,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = PodStatus.Time(TimeProvider.GetUtcNow()),
        };
        if (reason.Length > 0)
        {
            condition["reason"] = reason;
            condition["message"] = message;
        }
        conditions.Add(condition);
        return true;
    }
}
