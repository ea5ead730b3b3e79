using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Controllers;

/// <summary>The status of a CustomResourceDefinition.</summary>
internal static class DefinitionStatus
{
    /// <summary>Sets accepted names, conditions and stored versions; false when nothing changes.</summary>
    public static bool Set(JsonObject crd, (string Reason, string Message)? conflict, string finalizer, string now)
    {
        var before = crd.DeepClone();
        var status = crd.Child("status");
        status["acceptedNames"] = conflict is null ? crd["spec"]!["names"]!.DeepClone() : status["acceptedNames"]?.DeepClone() ?? new JsonObject { ["kind"] = "", ["plural"] = "" };
        status["storedVersions"] = new JsonArray([.. crd.Arr("spec", "versions")!.Where(v => v.Bool("storage") == true).Select(v => (JsonNode)v.Str("name")!)]);
        var accepted = conflict is null;
        SetCondition(status, "NamesAccepted", accepted, conflict?.Reason ?? "NoConflicts", conflict?.Message ?? "no conflicts found", now);
        SetCondition(status, "Established", accepted, accepted ? "InitialNamesAccepted" : "NotAccepted", accepted ? "the initial names have been accepted" : "not all names are accepted", now);
        var finalizers = crd.Arr("metadata", "finalizers") ?? [];
        if (!finalizers.Any(f => f?.GetValue<string>() == finalizer))
        {
            var list = (JsonArray)finalizers.DeepClone();
            list.Add((JsonNode)finalizer);
            crd.Metadata()["finalizers"] = list;
        }

        return !JsonNode.DeepEquals(before, crd);
    }

    private static void SetCondition(JsonObject status, string type, bool value, string reason, string message, string now)
    {
        if (status.Arr("conditions") is not { } conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        var existing = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);
        if (existing.Str("status") == (value ? "True" : "False") && existing.Str("reason") == reason)
        {
            return;
        }

        conditions.Remove(existing);
        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = type, ["status"] = value ? "True" : "False", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message,
        });
    }
}
