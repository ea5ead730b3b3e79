using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Identity;

/// <summary>Writes the rules of aggregated cluster roles, so that <c>kubectl describe clusterrole view</c> shows what holds.</summary>
internal sealed class RoleAggregation(ObjectStore store, TimeProvider timeProvider, ILogger<RoleAggregation> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private static readonly ResourceKey ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(ClusterRoles, _ => Store.List(ClusterRoles).Where(role => role.Obj("aggregationRule") is not null).Select(ObjectName.Of))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        Store.Mutate(ClusterRoles, null, name.Name, role =>
        {
            if (role.Obj("aggregationRule") is not { } aggregation)
            {
                return false;
            }
            role["rules"] = new JsonArray([.. Authorizer.AggregatedRules(Store, aggregation).Select(rule => rule.DeepClone())]);
            return true;
        });
        return null;
    }
}
