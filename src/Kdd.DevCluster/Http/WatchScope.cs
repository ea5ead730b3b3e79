using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>What a watch looks at.</summary>
/// <param name="Namespace">"" for all.</param>
/// <param name="Labels">Label selector.</param>
/// <param name="Fields">Field selector.</param>
internal sealed record WatchScope(string Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public bool Matches(StoredObject item) =>
        (Namespace.Length == 0 || item.Namespace == Namespace) && Labels.Matches(item.Object) && Fields.Matches(item.Object);

    /// <summary>The event's type for this watch, since an object may enter or leave the selectors; null when it is not concerned.</summary>
    public string? Translate(LoggedChange change)
    {
        var before = change.Previous is not null && Matches(change.Previous);
        var after = change.Type != StoreEventType.Deleted && Matches(change.Current);
        return (before, after) switch
        {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            _ => null,
        };
    }
}
