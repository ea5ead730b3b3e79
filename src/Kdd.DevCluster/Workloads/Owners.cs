using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Owner references between controllers and what they made.</summary>
internal static class Owners
{
    /// <summary>The owner reference of the controller; null when the object has none.</summary>
    public static JsonObject? ControllerOf(JsonObject obj) =>
        (obj.Arr("metadata", "ownerReferences") ?? []).OfType<JsonObject>().FirstOrDefault(owner => owner.Bool("controller") == true);

    public static bool IsControlledBy(JsonObject obj, JsonObject owner) => ControllerOf(obj).Str("uid") == owner.Uid();

    /// <summary>A reference that makes <paramref name="owner"/> the controller.</summary>
    public static JsonObject Reference(JsonObject owner) => new()
    {
        ["apiVersion"] = owner.Str("apiVersion"),
        ["kind"] = owner.Str("kind"),
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public static bool IsBeingDeleted(JsonObject obj) => obj["metadata"]?["deletionTimestamp"] is not null;
}
