using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Keeps status.hard and status.used of ResourceQuotas; admission, which refuses what is too much, counts for itself.</summary>
internal sealed class ResourceQuotaController(ObjectStore store, TimeProvider timeProvider, ILogger<ResourceQuotaController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    // A quota may count anything: it is looked at again and again instead of watching everything.
    private static readonly TimeSpan Recount = TimeSpan.FromMilliseconds(500);
    private static readonly ResourceKey Quotas = new("", "resourcequotas");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources => [(Quotas, Itself)];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(Quotas, name.Namespace, name.Name) is not { } quota || Owners.IsBeingDeleted(quota))
        {
            return null;
        }
        var hard = quota.Obj("spec", "hard") ?? [];
        var status = new JsonObject
        {
            ["hard"] = hard.DeepClone(),
            ["used"] = new JsonObject(hard.Select(limit => KeyValuePair.Create(limit.Key, (JsonNode?)$"{QuotaUsage.Used(Store, name.Namespace, limit.Key)}"))),
        };
        Store.Mutate(Quotas, name.Namespace, name.Name, stored =>
        {
            if (JsonNode.DeepEquals(stored["status"], status))
            {
                return false;
            }
            stored["status"] = status.DeepClone();
            return true;
        }, statusOnly: true);
        return Recount;
    }
}
