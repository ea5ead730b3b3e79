using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Controllers;

/// <summary>The status of a CustomResourceDefinition.</summary>
internal static class DefinitionStatus
{
    /// <summary>Sets accepted names and NamesAccepted; a definition that was not served yet is Installing.</summary>
    public static void SetNames(JsonObject crd, (string Reason, string Message)? conflict, string now)
    {
        var status = crd.Child("status");
        var names = (JsonObject)crd["spec"]!["names"]!.DeepClone();
        var accepted = conflict is null;
        if (!accepted)
        {
            names["kind"] = "";
            foreach (var taken in (ReadOnlySpan<string>)["listKind", "singular", "shortNames"])
            {
                names.Remove(taken);
            }
        }

        status["acceptedNames"] = names;
        status["storedVersions"] = new JsonArray([.. crd.Arr("spec", "versions")!.Where(v => v.Bool("storage") == true).Select(v => (JsonNode)v.Str("name")!)]);
        SetCondition(status, "NamesAccepted", accepted, conflict?.Reason ?? "NoConflicts", conflict?.Message ?? "no conflicts found", now);
        if (!accepted)
        {
            SetCondition(status, "Established", false, "NotAccepted", "not all names are accepted", now);
        }
        else if (status.Arr("conditions")!.FirstOrDefault(c => c.Str("type") == "Established").Str("status") != "True")
        {
            SetCondition(status, "Established", false, "Installing", "the initial names have been accepted", now);
        }
    }

    /// <summary>Sets Established.</summary>
    public static void SetEstablished(JsonObject crd, string now) =>
        SetCondition(crd.Child("status"), "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);

    /// <summary>Sets a condition; its time moves only when its status does.</summary>
    public static void SetCondition(JsonObject status, string type, bool value, string reason, string message, string now)
    {
        if (status.Arr("conditions") is not { } conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        var text = value ? "True" : "False";
        var existing = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = text,
            ["lastTransitionTime"] = existing.Str("status") == text ? existing.Str("lastTransitionTime") : now,
            ["reason"] = reason,
            ["message"] = message,
        };
        if (existing is null)
        {
            conditions.Add((JsonNode)condition);
        }
        else
        {
            conditions[conditions.IndexOf(existing)] = condition;
        }
    }
}
