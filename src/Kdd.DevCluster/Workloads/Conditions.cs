using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Conditions in the status of workloads.</summary>
internal static class Conditions
{
    public static JsonObject? Get(JsonObject obj, string type) =>
        (obj.Arr("status", "conditions") ?? []).OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);

    /// <summary>A condition as Deployments have it; one that stays keeps its times.</summary>
    /// <param name="obj">Whose status holds the one before.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">Whether it is True.</param>
    /// <param name="reason">Reason in CamelCase.</param>
    /// <param name="message">What a user reads.</param>
    /// <param name="now">The time of a change, as text.</param>
    public static JsonObject Next(JsonObject obj, string type, bool value, string reason, string message, string now)
    {
        string status = value ? "True" : "False";
        var before = Get(obj, type);
        bool same = before.Str("status") == status;
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastUpdateTime"] = same && before.Str("reason") == reason && before.Str("message") == message
                ? before.Str("lastUpdateTime") ?? now
                : now,
            ["lastTransitionTime"] = same ? before.Str("lastTransitionTime") ?? now : now,
            ["reason"] = reason,
            ["message"] = message,
        };
    }

    /// <summary>Adds a number as Go does with omitempty: not when it is 0.</summary>
    public static void AddCount(this JsonObject status, string name, long count)
    {
        if (count != 0)
        {
            status[name] = count;
        }
    }
}
