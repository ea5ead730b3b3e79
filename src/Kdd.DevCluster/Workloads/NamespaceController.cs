using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Gives every namespace what it always has: the service account <c>default</c> and the ConfigMap with the cluster's CA.</summary>
internal sealed class NamespaceController(
    ObjectStore store, CertificateAuthority authority, TimeProvider timeProvider, ILogger<NamespaceController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    public const string RootCaName = "kube-root-ca.crt";

    private static readonly ResourceKey Namespaces = new("", "namespaces");
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
    [
        (Namespaces, obj => [new ObjectName("", obj.Name())]),
        (ServiceAccounts, obj => [new ObjectName("", obj.Namespace())]),
        (ConfigMaps, obj => obj.Name() == RootCaName ? [new ObjectName("", obj.Namespace())] : []),
    ];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(Namespaces, null, name.Name) is not { } found || Owners.IsBeingDeleted(found))
        {
            return null;
        }
        Ensure(ServiceAccounts, new JsonObject
        {
            ["kind"] = "ServiceAccount",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = name.Name },
        });
        Ensure(ConfigMaps, new JsonObject
        {
            ["kind"] = "ConfigMap",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = RootCaName,
                ["namespace"] = name.Name,
                ["annotations"] = new JsonObject
                {
                    ["kubernetes.io/description"] =
                        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
                },
            },
            ["data"] = new JsonObject { ["ca.crt"] = authority.Pem },
        });
        return null;
    }

    private void Ensure(ResourceKey type, JsonObject obj)
    {
        if (Store.Get(type, obj.Namespace(), obj.Name()) is null)
        {
            try
            {
                Store.Create(type, obj);
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists")
            {
                // Somebody was faster: there it is.
            }
        }
    }
}
