using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>Writes what a new cluster holds before anybody comes: its namespaces, roles and bindings.</summary>
internal sealed class Bootstrap(ObjectStore store) : IClusterComponent
{
    private static readonly ResourceKey Namespaces = new("", "namespaces");
    private static readonly ResourceKey ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");
    private static readonly ResourceKey ClusterRoleBindings = new("rbac.authorization.k8s.io", "clusterrolebindings");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            Ensure(Namespaces, new JsonObject
            {
                ["kind"] = "Namespace",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name },
                },
                ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
                ["status"] = new JsonObject { ["phase"] = "Active" },
            });
        }
        foreach (var role in BootstrapPolicy.ClusterRoles)
        {
            Ensure(ClusterRoles, role);
        }
        foreach (var binding in BootstrapPolicy.ClusterRoleBindings)
        {
            Ensure(ClusterRoleBindings, binding);
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Ensure(ResourceKey type, JsonObject obj)
    {
        if (store.Get(type, null, obj.Name()) is null)
        {
            store.Create(type, obj);
        }
    }
}
