using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Resources;

/// <summary>The built-in admission that clients see: namespace lifecycle, object-count quotas, service accounts of pods, cluster IPs.</summary>
internal sealed class Admission(ObjectStore store, PodAdmission pods)
{
    private static readonly ResourceKey Namespaces = new("", "namespaces");
    private static readonly ResourceKey Quotas = new("", "resourcequotas");
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly ResourceKey Services = new("", "services");
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");

    /// <exception cref="ApiException">404 when the namespace is missing, 403 when it is being deleted.</exception>
    public void CheckNamespace(ApiResource resource, JsonObject obj)
    {
        var ns = store.Get(Namespaces, null, obj.Namespace()) ?? throw Errors.NotFound(Namespaces, obj.Namespace());
        if (ns["metadata"]?["deletionTimestamp"] is not null)
        {
            var error = Errors.Details(resource.Key, obj.Name());
            var message = $"unable to create new content in namespace {obj.Namespace()} because it is being terminated";
            error["causes"] = new JsonArray(new JsonObject
            {
                ["reason"] = "NamespaceTerminating",
                ["message"] = $"namespace {obj.Namespace()} is being terminated",
                ["field"] = "metadata.namespace",
            });
            throw new ApiException(403, "Forbidden", $"{resource.Key} \"{obj.Name()}\" is forbidden: {message}", error);
        }
    }

    /// <summary>Completes or refuses a new object.</summary>
    /// <exception cref="ApiException">403 for an exceeded quota or a missing service account.</exception>
    public void Admit(ApiResource resource, JsonObject obj)
    {
        if (resource.Storage == Pods)
        {
            AdmitPod(resource, obj);
        }

        if (resource.Storage == Services && obj.Obj("spec") is { } spec && spec.Str("type") != "ExternalName")
        {
            AllocateClusterIp(spec);
        }

        if (resource.Namespaced)
        {
            CheckQuotas(resource, obj);
        }
    }

    private void AdmitPod(ApiResource resource, JsonObject pod)
    {
        if (pod.Obj("spec") is not { } spec)
        {
            return;
        }

        var account = spec.Str("serviceAccountName") is { Length: > 0 } named ? named : "default";
        if (store.Get(ServiceAccounts, pod.Namespace(), account) is null && account != "default")
        {
            throw Errors.Forbidden(resource.Key, pod.Name(),
                $"pods \"{pod.Name()}\" is forbidden: error looking up service account {pod.Namespace()}/{account}: serviceaccount \"{account}\" not found");
        }

        pods.Admit(pod);
    }

    private void AllocateClusterIp(JsonObject spec)
    {
        if (spec.Str("clusterIP") is not { Length: > 0 } ip)
        {
            var used = store.List(Services).Select(s => s.Str("spec", "clusterIP")).ToHashSet();
            do
            {
                ip = $"10.96.{Random.Shared.Next(0, 16)}.{Random.Shared.Next(10, 250)}";
            }
            while (used.Contains(ip));

            spec["clusterIP"] = ip;
        }

        spec.Default("clusterIPs", new JsonArray(ip));
    }

    // Object counts only: count/<resource>[.<group>] and the old names pods, services, secrets, configmaps, …
    private void CheckQuotas(ApiResource resource, JsonObject obj)
    {
        foreach (var quota in store.List(Quotas, obj.Namespace()))
        {
            foreach (var (name, limit) in quota.Obj("spec", "hard") ?? [])
            {
                if (QuotaUsage.Counted(name) != resource.Storage || !Quantities.Quantity.TryParse(limit?.ToString() ?? "", out var hard))
                {
                    continue;
                }

                var used = QuotaUsage.Used(store, obj.Namespace(), name);
                if (used + 1 > hard.Value)
                {
                    throw Errors.Forbidden(resource.Key, obj.Name(),
                        $"{resource.Key} \"{obj.Name()}\" is forbidden: exceeded quota: {quota.Name()}, requested: {name}=1, used: {name}={used}, limited: {name}={limit}");
                }
            }
        }
    }
}
