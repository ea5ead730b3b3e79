using System.Text.Json.Nodes;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tables;

/// <summary>What kubectl get shows of built-in kinds (kubernetes/pkg/printers/internalversion).</summary>
internal static class BuiltInColumns
{
    private static readonly Column Age = new("Age", "string", 0, (_, _) => null);

    private static readonly Dictionary<ResourceKey, Column[]> All = new()
    {
        [new("", "pods")] = PodColumns.All,
        [new("", "namespaces")] = [Text("Status", o => o.Str("status", "phase")), Age],
        [new("", "configmaps")] = [Number("Data", o => (o.Obj("data")?.Count ?? 0) + (o.Obj("binaryData")?.Count ?? 0)), Age],
        [new("", "secrets")] = [Text("Type", o => o.Str("type")), Number("Data", o => o.Obj("data")?.Count ?? 0), Age],
        [new("", "serviceaccounts")] = [Number("Secrets", o => o.Arr("secrets")?.Count ?? 0), Age],
        [new("", "services")] =
        [
            Text("Type", o => o.Str("spec", "type")), Text("Cluster-IP", o => o.Str("spec", "clusterIP") ?? "<none>"),
            Text("External-IP", o => o.Str("spec", "externalName") ?? (o.Str("spec", "type") == "LoadBalancer" ? "<pending>" : "<none>")),
            Text("Port(s)", Ports), Age, Wide("Selector", o => SelectorText.Of(o.Obj("spec", "selector"))),
        ],
        [new("", "endpoints")] = [Text("Endpoints", EndpointAddresses), Age],
        [new("", "events")] =
        [
            new("Last Seen", "string", 0, (o, now) => Tables.Age.Since(o["series"]?["lastObservedTime"] ?? o["lastTimestamp"] ?? o["eventTime"] ?? o["metadata"]?["creationTimestamp"], now)),
            Text("Type", o => o.Str("type")), Text("Reason", o => o.Str("reason")),
            Text("Object", o => $"{o.Str("involvedObject", "kind")?.ToLowerInvariant()}/{o.Str("involvedObject", "name")}"),
            Wide("Subobject", o => o.Str("involvedObject", "fieldPath") ?? ""), Wide("Source", o => o.Str("source", "component") ?? o.Str("reportingComponent") ?? ""),
            Text("Message", o => o.Str("message")?.Trim()),
            new("First Seen", "string", 1, (o, now) => Tables.Age.Since(o["firstTimestamp"] ?? o["eventTime"] ?? o["metadata"]?["creationTimestamp"], now)),
            new("Count", "string", 1, (o, _) => o.Long("series", "count") ?? o.Long("count") ?? 1), Wide("Name", o => o.Name()),
        ],
        [new("", "nodes")] =
        [
            Text("Status", o => Condition(o, "Ready") == "True" ? "Ready" : "NotReady"), Text("Roles", _ => "<none>"), Age,
            Text("Version", o => o.Str("status", "nodeInfo", "kubeletVersion")),
            Wide("Internal-IP", o => o.Arr("status", "addresses")?.FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address") ?? "<none>"),
            Wide("External-IP", _ => "<none>"), Wide("OS-Image", o => o.Str("status", "nodeInfo", "osImage")),
            Wide("Kernel-Version", o => o.Str("status", "nodeInfo", "kernelVersion")), Wide("Container-Runtime", o => o.Str("status", "nodeInfo", "containerRuntimeVersion")),
        ],
        [new("", "replicationcontrollers")] = [Desired(), Number("Current", o => o.Int("status", "replicas") ?? 0), Number("Ready", o => o.Int("status", "readyReplicas") ?? 0), Age],
        [new("", "resourcequotas")] = [Text("Request", o => string.Join(", ", o.Obj("spec", "hard")?.Select(h => $"{h.Key}: {o.Obj("status", "used")?[h.Key] ?? "0"}/{h.Value}") ?? [])), Text("Limit", _ => ""), Age],
        [new("apps", "deployments")] =
        [
            Text("Ready", o => $"{o.Int("status", "readyReplicas") ?? 0}/{o.Int("spec", "replicas") ?? 0}"),
            Number("Up-to-date", o => o.Int("status", "updatedReplicas") ?? 0), Number("Available", o => o.Int("status", "availableReplicas") ?? 0), Age,
            Wide("Containers", Containers), Wide("Images", Images), Wide("Selector", o => SelectorText.Of(o.Obj("spec", "selector"))),
        ],
        [new("apps", "replicasets")] =
        [
            Desired(), Number("Current", o => o.Int("status", "replicas") ?? 0), Number("Ready", o => o.Int("status", "readyReplicas") ?? 0), Age,
            Wide("Containers", Containers), Wide("Images", Images), Wide("Selector", o => SelectorText.Of(o.Obj("spec", "selector"))),
        ],
        [new("apps", "statefulsets")] =
        [
            Text("Ready", o => $"{o.Int("status", "readyReplicas") ?? 0}/{o.Int("spec", "replicas") ?? 0}"), Age, Wide("Containers", Containers), Wide("Images", Images),
        ],
        [new("apps", "daemonsets")] =
        [
            Number("Desired", o => o.Int("status", "desiredNumberScheduled") ?? 0), Number("Current", o => o.Int("status", "currentNumberScheduled") ?? 0),
            Number("Ready", o => o.Int("status", "numberReady") ?? 0), Number("Up-to-date", o => o.Int("status", "updatedNumberScheduled") ?? 0),
            Number("Available", o => o.Int("status", "numberAvailable") ?? 0), Text("Node Selector", o => SelectorText.Of(o.Obj("spec", "template", "spec", "nodeSelector"))), Age,
        ],
        [new("batch", "jobs")] =
        [
            Text("Status", JobStatus), Text("Completions", o => $"{o.Int("status", "succeeded") ?? 0}/{o.Int("spec", "completions") ?? 1}"),
            new("Duration", "string", 0, (o, now) => Duration(o, now)), Age, Wide("Containers", Containers), Wide("Images", Images),
        ],
        [new("batch", "cronjobs")] =
        [
            Text("Schedule", o => o.Str("spec", "schedule")), Text("Timezone", o => o.Str("spec", "timeZone") ?? "<none>"), Text("Suspend", o => o.Bool("spec", "suspend") == true ? "True" : "False"),
            Number("Active", o => o.Arr("status", "active")?.Count ?? 0),
            new("Last Schedule", "string", 0, (o, now) => o["status"]?["lastScheduleTime"] is { } last ? Tables.Age.Since(last, now) : "<none>"), Age,
        ],
        [new("coordination.k8s.io", "leases")] = [Text("Holder", o => o.Str("spec", "holderIdentity") ?? ""), Age],
        [new("discovery.k8s.io", "endpointslices")] =
        [
            Text("AddressType", o => o.Str("addressType")), Text("Ports", o => string.Join(",", o.Arr("ports")?.Select(p => p?["port"]?.ToString()) ?? [])),
            Text("Endpoints", o => string.Join(",", o.Arr("endpoints")?.SelectMany(e => e.Arr("addresses")?.Select(a => a?.ToString()) ?? []) ?? [])), Age,
        ],
        [new("rbac.authorization.k8s.io", "roles")] = [CreatedAt()],
        [new("rbac.authorization.k8s.io", "clusterroles")] = [CreatedAt()],
        [new("rbac.authorization.k8s.io", "rolebindings")] = [Text("Role", Role), Age],
        [new("rbac.authorization.k8s.io", "clusterrolebindings")] = [Text("Role", Role), Age],
        [new("apiextensions.k8s.io", "customresourcedefinitions")] = [CreatedAt()],
    };

    /// <summary>The columns after Name; null for a kind that shows only its creation.</summary>
    public static Column[]? Of(ResourceKey type) => All.GetValueOrDefault(type);

    internal static string? Condition(JsonObject obj, string type) =>
        obj.Arr("status", "conditions")?.FirstOrDefault(c => c.Str("type") == type).Str("status");

    internal static Column Text(string name, Func<JsonObject, string?> cell) => new(name, "string", 0, (o, _) => cell(o));

    internal static Column Wide(string name, Func<JsonObject, string?> cell) => new(name, "string", 1, (o, _) => cell(o));

    private static Column Number(string name, Func<JsonObject, int> cell) => new(name, "string", 0, (o, _) => cell(o));

    private static Column Desired() => Number("Desired", o => o.Int("spec", "replicas") ?? 0);

    private static Column CreatedAt() => new("Created At", "date", 0, (o, _) => o["metadata"]?["creationTimestamp"]?.DeepClone());

    private static string Role(JsonObject obj) => $"{obj.Str("roleRef", "kind")}/{obj.Str("roleRef", "name")}";

    private static string Containers(JsonObject obj) => string.Join(",", obj.Arr("spec", "template", "spec", "containers")?.Select(c => c.Str("name")) ?? []);

    private static string Images(JsonObject obj) => string.Join(",", obj.Arr("spec", "template", "spec", "containers")?.Select(c => c.Str("image")) ?? []);

    private static string Ports(JsonObject service) => service.Arr("spec", "ports") is { Count: > 0 } ports
        ? string.Join(",", ports.Select(p => $"{p.Int("port")}{(p.Int("nodePort") is { } node ? $":{node}" : "")}/{p.Str("protocol")}"))
        : "<none>";

    private static string EndpointAddresses(JsonObject obj)
    {
        var all = obj.Arr("subsets")?.SelectMany(s => s.Arr("addresses")?.SelectMany(a => s.Arr("ports")?.Select(p => $"{a.Str("ip")}:{p.Int("port")}") ?? []) ?? []).ToList() ?? [];
        return all.Count == 0 ? "<none>" : string.Join(",", all.Take(3)) + (all.Count > 3 ? $" + {all.Count - 3} more..." : "");
    }

    private static string JobStatus(JsonObject job) =>
        Condition(job, "Complete") == "True" ? "Complete"
        : Condition(job, "Failed") == "True" ? "Failed"
        : job["metadata"]?["deletionTimestamp"] is not null ? "Terminating"
        : Condition(job, "Suspended") == "True" ? "Suspended" : "Running";

    private static string Duration(JsonObject job, DateTimeOffset now)
    {
        if (job.Str("status", "startTime") is not { } start)
        {
            return "";
        }

        var end = job.Str("status", "completionTime") is { } done ? DateTimeOffset.Parse(done, System.Globalization.CultureInfo.InvariantCulture) : now;
        return Tables.Age.Human(end - DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture));
    }
}
