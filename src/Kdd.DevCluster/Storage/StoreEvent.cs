using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Storage;

/// <summary>What happened to a stored object.</summary>
public enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change of a stored object, in order of revision.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after the change; for Deleted its last state with the revision of the deletion. Read-only.</param>
/// <param name="Previous">The state before the change; null for Added.</param>
/// <param name="Revision">The revision that the change made.</param>
public sealed record StoreEvent(StoreEventType Type, JsonObject Object, JsonObject? Previous, long Revision);
