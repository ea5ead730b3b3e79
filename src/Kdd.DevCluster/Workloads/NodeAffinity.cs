using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Which nodes a pod may run on: nodeSelector and the required part of nodeAffinity.</summary>
internal static class NodeAffinity
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    // What a DaemonSet's pods put up with (daemon/util AddOrUpdateDaemonPodTolerations).
    private static readonly (string Key, string Effect)[] Tolerations =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    /// <summary>Whether a pod with this spec may run on a node.</summary>
    public static bool Fits(JsonObject spec, JsonObject node)
    {
        if ((spec.Obj("nodeSelector") ?? []).Any(wanted => node.Str("metadata", "labels", wanted.Key) != (string?)wanted.Value))
        {
            return false;
        }
        var terms = spec.Arr("affinity", "nodeAffinity", Required, "nodeSelectorTerms");
        return terms is null || terms.OfType<JsonObject>().Any(term => Matches(term, node));
    }

    /// <summary>Ties a DaemonSet's pod to its node, and lets it stay there.</summary>
    public static void Require(JsonObject spec, string node)
    {
        var affinity = spec.Obj("affinity") ?? [];
        affinity["nodeAffinity"] = new JsonObject
        {
            [Required] = new JsonObject
            {
                ["nodeSelectorTerms"] = new JsonArray(new JsonObject
                {
                    ["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) }),
                }),
            },
        };
        spec["affinity"] = affinity;
        var tolerations = spec.Arr("tolerations") ?? [];
        foreach (var (key, effect) in Tolerations)
        {
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        }
        spec["tolerations"] = tolerations;
    }

    /// <summary>The node that a DaemonSet's pod has or is tied to; "" for none.</summary>
    public static string NodeOf(JsonObject pod) => pod.Str("spec", "nodeName") is { Length: > 0 } node
        ? node
        : (string?)pod.Arr("spec", "affinity", "nodeAffinity", Required, "nodeSelectorTerms")?.FirstOrDefault()
            .Arr("matchFields")?.FirstOrDefault().Arr("values")?.FirstOrDefault() ?? "";

    /// <summary>Whether a pod may run on a node that was cordoned.</summary>
    public static bool ToleratesUnschedulable(JsonObject pod) =>
        (pod.Arr("spec", "tolerations") ?? []).Any(toleration => toleration.Str("key") == "node.kubernetes.io/unschedulable");

    private static bool Matches(JsonObject term, JsonObject node)
    {
        var expressions = term.Arr("matchExpressions") ?? [];
        var fields = term.Arr("matchFields") ?? [];
        return expressions.Count + fields.Count > 0
            && expressions.OfType<JsonObject>().All(e => Holds(e, node.Str("metadata", "labels", e.Str("key") ?? "")))
            && fields.OfType<JsonObject>().All(e => e.Str("key") == "metadata.name" && Holds(e, node.Name()));
    }

    private static bool Holds(JsonObject requirement, string? value)
    {
        var values = (requirement.Arr("values") ?? []).Select(v => (string?)v).ToList();
        return requirement.Str("operator") switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, values) > 0,
            "Lt" => Compare(value, values) < 0,
            _ => false,
        };
    }

    // 0, which neither operator takes, for what is no number.
    private static int Compare(string? value, List<string?> values) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out long own) && values is [var bound] && long.TryParse(bound, CultureInfo.InvariantCulture, out long limit)
            ? own.CompareTo(limit)
            : 0;
}
