using System.Text.Json.Nodes;
using Kdd.DevCluster.Quantities;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>A pod's QoS class from its requests and limits.</summary>
internal static class QualityOfService
{
    public static string Of(JsonObject pod)
    {
        var containers = (pod.Arr("spec", "initContainers")?.OfType<JsonObject>() ?? [])
            .Concat(pod.Arr("spec", "containers")?.OfType<JsonObject>() ?? []).ToList();
        var any = containers.Any(c => c.Obj("resources", "requests") is { Count: > 0 } || c.Obj("resources", "limits") is { Count: > 0 });
        return !any ? "BestEffort" : containers.TrueForAll(IsGuaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool IsGuaranteed(JsonObject container)
    {
        foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
        {
            var limit = container.Obj("resources", "limits")?[name]?.ToString();
            var request = container.Obj("resources", "requests")?[name]?.ToString() ?? limit;
            if (limit is null || !Quantity.TryParse(limit, out var l) || !Quantity.TryParse(request!, out var r) || l != r)
            {
                return false;
            }
        }

        return true;
    }
}
