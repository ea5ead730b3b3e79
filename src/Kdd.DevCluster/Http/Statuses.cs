using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Http;

/// <summary>Statuses that are no failure.</summary>
internal static class Statuses
{
    public static JsonObject Success(JsonObject? details)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (details is not null)
        {
            status["details"] = details;
        }

        return status;
    }
}
