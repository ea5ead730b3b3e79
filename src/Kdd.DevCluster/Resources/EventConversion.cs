using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>events.k8s.io/v1 Events are stored as core/v1 Events under other field names.</summary>
internal static class EventConversion
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public static JsonObject FromCore(JsonObject stored)
    {
        var view = Rename(stored, toCore: false);
        view["apiVersion"] = "events.k8s.io/v1";
        return view;
    }

    public static JsonObject ToCore(JsonObject obj)
    {
        var core = Rename(obj, toCore: true);
        core["apiVersion"] = "v1";
        core.Default("source", new JsonObject());
        core.TryAdd("firstTimestamp", null);
        core.TryAdd("lastTimestamp", null);
        return core;
    }

    private static JsonObject Rename(JsonObject obj, bool toCore)
    {
        foreach (var (core, events) in Names)
        {
            var (from, to) = toCore ? (events, core) : (core, events);
            if (obj.ContainsKey(from))
            {
                var value = obj[from];
                obj.Remove(from);
                obj[to] = value;
            }
        }

        return obj;
    }
}
