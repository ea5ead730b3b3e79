using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Defaults of the built-in kinds (kubernetes/pkg/apis/*/v1/defaults.go) as far as clients and controllers see them.</summary>
internal static class BuiltInDefaults
{
    /// <summary>Fills defaults in place.</summary>
    public static void Apply(ResourceKey type, JsonObject obj)
    {
        var spec = obj.Obj("spec");
        switch (type)
        {
            case ("", "pods") when spec is not null:
                PodDefaults.Apply(spec);
                spec.Default("enableServiceLinks", true); // of pods, not of templates
                break;
            case ("", "services") when spec is not null:
                Service(spec);
                break;
            case ("", "secrets"):
                obj.Default("type", "Opaque");
                StringData(obj);
                break;
            case ("", "replicationcontrollers") when spec is not null:
                spec.Default("replicas", 1);
                Template(spec);
                break;
            case ("apps", "deployments") when spec is not null:
                Deployment(spec);
                break;
            case ("apps", "replicasets") when spec is not null:
                spec.Default("replicas", 1);
                Template(spec);
                break;
            case ("apps", "statefulsets") when spec is not null:
                StatefulSet(spec);
                break;
            case ("apps", "daemonsets") when spec is not null:
                DaemonSet(spec);
                break;
            case ("batch", "jobs") when spec is not null:
                Job(spec);
                break;
            case ("batch", "cronjobs") when spec is not null:
                CronJob(spec);
                break;
            case ("apiextensions.k8s.io", "customresourcedefinitions") when spec is not null:
                Definition(spec);
                break;
            case ("rbac.authorization.k8s.io", "rolebindings" or "clusterrolebindings"):
                RoleBinding(obj);
                break;
            case ("networking.k8s.io", "networkpolicies") when spec is not null && !spec.ContainsKey("policyTypes"):
                spec["policyTypes"] = spec.ContainsKey("egress") ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
                break;
            case ("", "namespaces"):
                Namespace(obj);
                break;
        }
    }

    private static void Namespace(JsonObject obj)
    {
        obj.Child("spec").Default("finalizers", new JsonArray("kubernetes"));
        obj.Child("status").Default("phase", "Active");
        var metadata = obj.Metadata();
        if (metadata.Str("name") is { Length: > 0 } name)
        {
            metadata.Child("labels")["kubernetes.io/metadata.name"] = name;
        }
    }

    // stringData is write-only: it ends up in data.
    private static void StringData(JsonObject secret)
    {
        if (secret.Obj("stringData") is not { } plain)
        {
            return;
        }

        secret.Remove("stringData");
        var data = secret.Child("data");
        foreach (var (key, value) in plain)
        {
            data[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value?.GetValue<string>() ?? ""));
        }
    }

    private static void Service(JsonObject spec)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (spec.Str("type") != "ExternalName")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
            spec.Default("ipFamilies", new JsonArray("IPv4"));
            spec.Default("ipFamilyPolicy", "SingleStack");
        }

        foreach (var port in spec.Arr("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Default("protocol", "TCP");
            port.Default("targetPort", port["port"]?.DeepClone());
        }
    }

    private static void Template(JsonObject spec)
    {
        if (spec.Obj("template", "spec") is { } pod)
        {
            PodDefaults.Apply(pod);
        }
    }

    private static void Deployment(JsonObject spec)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
        var strategy = spec.Child("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            var rolling = strategy.Child("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        Template(spec);
    }

    private static void StatefulSet(JsonObject spec)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        spec.Default("podManagementPolicy", "OrderedReady");
        var strategy = spec.Child("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            strategy.Child("rollingUpdate").Default("partition", 0);
        }

        spec.Default("persistentVolumeClaimRetentionPolicy", new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" });
        Template(spec);
    }

    private static void DaemonSet(JsonObject spec)
    {
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Child("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            var rolling = strategy.Child("rollingUpdate");
            rolling.Default("maxUnavailable", 1);
            rolling.Default("maxSurge", 0);
        }

        Template(spec);
    }

    private static void Job(JsonObject spec)
    {
        if (!spec.ContainsKey("completions") && !spec.ContainsKey("parallelism"))
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        Template(spec);
    }

    private static void CronJob(JsonObject spec)
    {
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        spec.Obj("jobTemplate")?.Default("metadata", new JsonObject());
        if (spec.Obj("jobTemplate", "spec") is { } job)
        {
            Template(job);
        }
    }

    private static void Definition(JsonObject spec)
    {
        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
        var names = spec.Child("names");
        var kind = names.Str("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        names.Default("listKind", $"{kind}List");
    }

    private static void RoleBinding(JsonObject binding)
    {
        binding.Obj("roleRef")?.Default("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in binding.Arr("subjects")?.OfType<JsonObject>() ?? [])
        {
            if (subject.Str("kind") is "User" or "Group")
            {
                subject.Default("apiGroup", "rbac.authorization.k8s.io");
            }
        }
    }
}
