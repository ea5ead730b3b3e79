using k8s.Models;

namespace Kdd.DevCluster.Schemas;

/// <summary>
/// The list and map types of the built-in kinds (x-kubernetes-list-type, -list-map-keys, -map-type, patchStrategy and
/// patchMergeKey of kubernetes/api's types.go). A list that is not here is atomic: a patch replaces it.
/// </summary>
internal static class ListTypes
{
    private const string Merge = "merge";

    private static readonly HashSet<Type> AtomicTypes =
    [
        typeof(V1LabelSelector), typeof(V1ObjectReference), typeof(V1LocalObjectReference), typeof(V1SecretKeySelector),
        typeof(V1ConfigMapKeySelector), typeof(V1ObjectFieldSelector), typeof(V1ResourceFieldSelector), typeof(V1NodeSelector),
        typeof(V1NodeSelectorTerm), typeof(V1ScopeSelector), typeof(V1RoleRef), typeof(Rbacv1Subject), typeof(V1SecretReference),
        typeof(V1TypedLocalObjectReference), typeof(V1OwnerReference), typeof(V1EndpointAddress), typeof(Corev1EndpointPort),
    ];

    private static readonly HashSet<(Type, string)> AtomicMaps =
    [
        (typeof(V1PodSpec), "nodeSelector"), (typeof(V1ServiceSpec), "selector"), (typeof(V1ReplicationControllerSpec), "selector"),
    ];

    private static readonly Dictionary<(Type, string), (string[] Keys, string Strategy)> Lists = new()
    {
        [(typeof(V1PodSpec), "containers")] = (["name"], Merge),
        [(typeof(V1PodSpec), "initContainers")] = (["name"], Merge),
        [(typeof(V1PodSpec), "ephemeralContainers")] = (["name"], Merge),
        [(typeof(V1PodSpec), "volumes")] = (["name"], "merge,retainKeys"),
        [(typeof(V1PodSpec), "imagePullSecrets")] = (["name"], Merge),
        [(typeof(V1PodSpec), "hostAliases")] = (["ip"], Merge),
        [(typeof(V1PodSpec), "topologySpreadConstraints")] = (["topologyKey", "whenUnsatisfiable"], Merge),
        [(typeof(V1PodSpec), "schedulingGates")] = (["name"], Merge),
        [(typeof(V1PodSpec), "resourceClaims")] = (["name"], "merge,retainKeys"),
        [(typeof(V1PodStatus), "podIPs")] = (["ip"], Merge),
        [(typeof(V1Container), "ports")] = (["containerPort", "protocol"], Merge),
        [(typeof(V1Container), "env")] = (["name"], Merge),
        [(typeof(V1Container), "volumeMounts")] = (["mountPath"], Merge),
        [(typeof(V1Container), "volumeDevices")] = (["devicePath"], Merge),
        [(typeof(V1EphemeralContainer), "ports")] = (["containerPort", "protocol"], Merge),
        [(typeof(V1EphemeralContainer), "env")] = (["name"], Merge),
        [(typeof(V1EphemeralContainer), "volumeMounts")] = (["mountPath"], Merge),
        [(typeof(V1EphemeralContainer), "volumeDevices")] = (["devicePath"], Merge),
        [(typeof(V1ServiceSpec), "ports")] = (["port", "protocol"], Merge),
        [(typeof(V1ServiceAccount), "secrets")] = (["name"], Merge),
        [(typeof(V1ObjectMeta), "ownerReferences")] = (["uid"], Merge),
        [(typeof(V1NodeStatus), "addresses")] = (["type"], Merge),
        [(typeof(V1ResourceRequirements), "claims")] = (["name"], ""),
    };

    private static readonly HashSet<(Type, string)> Sets =
    [
        (typeof(V1ObjectMeta), "finalizers"), (typeof(V1NodeSpec), "podCIDRs"),
    ];

    /// <summary>Whether values of a type are owned and merged as a whole.</summary>
    public static bool IsAtomic(Type model) => AtomicTypes.Contains(model);

    /// <summary>Adds what is known of a field's list or map type.</summary>
    public static Schema Annotate(Type model, string field, Schema schema)
    {
        if (AtomicMaps.Contains((model, field)))
        {
            return schema with { AtomicMap = true };
        }

        if (Sets.Contains((model, field)))
        {
            return schema with { ListType = "set", PatchStrategy = Merge };
        }

        if (Lists.TryGetValue((model, field), out var list))
        {
            return schema with
            {
                ListType = "map",
                ListMapKeys = list.Keys,
                PatchMergeKey = list.Strategy.Length == 0 ? null : list.Keys[0],
                PatchStrategy = list.Strategy.Length == 0 ? null : list.Strategy,
            };
        }

        // Every status lists its conditions by type.
        return field == "conditions" && schema.Type == "array" && schema.Items?.Properties.ContainsKey("type") == true
            ? schema with { ListType = "map", ListMapKeys = ["type"], PatchMergeKey = "type", PatchStrategy = Merge }
            : schema;
    }
}
