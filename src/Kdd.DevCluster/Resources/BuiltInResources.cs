using k8s.Models;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>The built-in resources that are served: one row each, in discovery's order.</summary>
internal static class BuiltInResources
{
    private static readonly string[] CreateOnly = ["create"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiResource> All { get; } =
    [
        Row<V1Binding>("", "v1", "bindings", "", "", namespaced: true, CreateOnly),
        Row<V1ConfigMap>("", "v1", "configmaps", "cm", ""),
        Row<V1Endpoints>("", "v1", "endpoints", "ep", "") with { Singular = "endpoints" },
        Row<Corev1Event>("", "v1", "events", "ev", ""),
        Row<V1LimitRange>("", "v1", "limitranges", "limits", ""),
        Row<V1Namespace>("", "v1", "namespaces", "ns", "status finalize", namespaced: false, ["create", "delete", "get", "list", "patch", "update", "watch"]),
        Row<V1Node>("", "v1", "nodes", "no", "status proxy", namespaced: false),
        Row<V1PersistentVolumeClaim>("", "v1", "persistentvolumeclaims", "pvc", "status"),
        Row<V1PersistentVolume>("", "v1", "persistentvolumes", "pv", "status", namespaced: false),
        Workload<V1Pod>("", "v1", "pods", "po", "attach binding ephemeralcontainers eviction exec log portforward proxy resize status"),
        Row<V1PodTemplate>("", "v1", "podtemplates", "", ""),
        Workload<V1ReplicationController>("", "v1", "replicationcontrollers", "rc", "scale status"),
        Row<V1ResourceQuota>("", "v1", "resourcequotas", "quota", "status"),
        Row<V1Secret>("", "v1", "secrets", "", ""),
        Row<V1ServiceAccount>("", "v1", "serviceaccounts", "sa", "token"),
        Workload<V1Service>("", "v1", "services", "svc", "proxy status"),
        Row<V1CustomResourceDefinition>("apiextensions.k8s.io", "v1", "customresourcedefinitions", "crd crds", "status", namespaced: false) with { Categories = ["api-extensions"] },
        Row<V1ControllerRevision>("apps", "v1", "controllerrevisions", "", ""),
        Workload<V1DaemonSet>("apps", "v1", "daemonsets", "ds", "status"),
        Workload<V1Deployment>("apps", "v1", "deployments", "deploy", "scale status"),
        Workload<V1ReplicaSet>("apps", "v1", "replicasets", "rs", "scale status"),
        Workload<V1StatefulSet>("apps", "v1", "statefulsets", "sts", "scale status"),
        Row<Eventsv1Event>("events.k8s.io", "v1", "events", "ev", "") with { Storage = new("", "events") },
        Row<V1TokenReview>("authentication.k8s.io", "v1", "tokenreviews", "", "", namespaced: false, CreateOnly),
        Row<V1SelfSubjectReview>("authentication.k8s.io", "v1", "selfsubjectreviews", "", "", namespaced: false, CreateOnly),
        Row<V1LocalSubjectAccessReview>("authorization.k8s.io", "v1", "localsubjectaccessreviews", "", "", namespaced: true, CreateOnly),
        Row<V1SelfSubjectAccessReview>("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "", "", namespaced: false, CreateOnly),
        Row<V1SelfSubjectRulesReview>("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "", "", namespaced: false, CreateOnly),
        Row<V1SubjectAccessReview>("authorization.k8s.io", "v1", "subjectaccessreviews", "", "", namespaced: false, CreateOnly),
        Workload<V2HorizontalPodAutoscaler>("autoscaling", "v2", "horizontalpodautoscalers", "hpa", "status"),
        Workload<V1CronJob>("batch", "v1", "cronjobs", "cj", "status"),
        Workload<V1Job>("batch", "v1", "jobs", "", "status"),
        Row<V1Lease>("coordination.k8s.io", "v1", "leases", "", ""),
        Row<V1EndpointSlice>("discovery.k8s.io", "v1", "endpointslices", "", ""),
        Row<V1Ingress>("networking.k8s.io", "v1", "ingresses", "ing", "status") with { Singular = "ingress" },
        Row<V1NetworkPolicy>("networking.k8s.io", "v1", "networkpolicies", "netpol", "") with { Singular = "networkpolicy" },
        Row<V1PodDisruptionBudget>("policy", "v1", "poddisruptionbudgets", "pdb", "status"),
        Row<V1ClusterRoleBinding>("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "", "", namespaced: false),
        Row<V1ClusterRole>("rbac.authorization.k8s.io", "v1", "clusterroles", "", "", namespaced: false),
        Row<V1RoleBinding>("rbac.authorization.k8s.io", "v1", "rolebindings", "", ""),
        Row<V1Role>("rbac.authorization.k8s.io", "v1", "roles", "", ""),
        Row<V1PriorityClass>("scheduling.k8s.io", "v1", "priorityclasses", "pc", "", namespaced: false) with { Singular = "priorityclass" },
        Row<V1StorageClass>("storage.k8s.io", "v1", "storageclasses", "sc", "", namespaced: false) with { Singular = "storageclass" },
    ];

    private static ApiResource Workload<T>(string group, string version, string plural, string shortNames, string subresources) =>
        Row<T>(group, version, plural, shortNames, subresources) with { Categories = ["all"] };

    private static ApiResource Row<T>(
        string group, string version, string plural, string shortNames, string subresources, bool namespaced = true, string[]? verbs = null)
    {
        var kind = KindOf(typeof(T));
        return new ApiResource
        {
            Group = group,
            Version = version,
            Resource = plural,
            Kind = kind,
            Singular = kind.ToLowerInvariant(),
            Namespaced = namespaced,
            Schema = ModelSchemas.Of(typeof(T)),
            ShortNames = shortNames.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Subresources = subresources.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Verbs = verbs ?? ApiResource.StandardVerbs,
            Storage = new ResourceKey(group, plural),
            StorageVersion = version,
        };
    }

    private static string KindOf(Type model) => model
        .GetCustomAttributes(typeof(KubernetesEntityAttribute), false).OfType<KubernetesEntityAttribute>().First().Kind;
}
