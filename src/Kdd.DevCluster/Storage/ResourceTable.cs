using System.Collections.Immutable;

namespace Kdd.DevCluster.Storage;

/// <summary>A change with everything that a watcher or a read of the past needs.</summary>
/// <param name="Revision">The revision it made.</param>
/// <param name="Type">What happened.</param>
/// <param name="Current">The object after it; for Deleted its last state under the new revision.</param>
/// <param name="Previous">The object before it; null for Added.</param>
/// <param name="After">All objects after it; structure is shared between snapshots.</param>
internal sealed record LoggedChange(
    long Revision, StoreEventType Type, StoredObject Current, StoredObject? Previous, ImmutableSortedSet<StoredObject> After);

/// <summary>
/// The objects of one resource and their recent history. Written under the store's lock, read without: both fields are swapped
/// whole. The history is a ring of the newest <see cref="Capacity"/> changes.
/// </summary>
internal sealed class ResourceTable
{
    /// <summary>Changes kept per resource; a watch from before them is 410 Gone, as after a compaction of etcd.</summary>
    public const int Capacity = 8192;

    private static readonly ImmutableSortedSet<StoredObject> Empty =
        ImmutableSortedSet.Create<StoredObject>(StoredObjectOrder.Instance);

    private readonly LoggedChange[] _ring = new LoggedChange[Capacity];
    private TaskCompletionSource _changed = NewSignal();
    private ImmutableSortedSet<StoredObject> _beforeRing = Empty;
    private long _count;

    /// <summary>All objects, now.</summary>
    public ImmutableSortedSet<StoredObject> Objects { get; private set; } = Empty;

    /// <summary>The highest revision whose history is gone.</summary>
    public long CompactedRevision { get; private set; }

    /// <summary>Number of changes ever logged; the index of the next one.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Completes at the next change, or at <see cref="Wake"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Number that rises when all watches must end: the resource's definition changed or went away.</summary>
    public int Generation { get; private set; }

    public StoredObject? Get(string key) => Objects.TryGetValue(StoredObject.Probe(key), out var found) ? found : null;

    public void Apply(StoreEventType type, StoredObject current, StoredObject? previous)
    {
        var objects = previous is null ? Objects : Objects.Remove(previous);
        if (type != StoreEventType.Deleted)
        {
            objects = objects.Add(current);
        }

        Objects = objects;
        var slot = _count % Capacity;
        if (_count >= Capacity)
        {
            CompactedRevision = Math.Max(CompactedRevision, _ring[slot].Revision);
            _beforeRing = _ring[slot].After;
        }

        _ring[slot] = new LoggedChange(current.Revision, type, current, previous, objects);
        Volatile.Write(ref _count, _count + 1);
        Wake();
    }

    /// <summary>The change at an index; null when the ring has gone past it.</summary>
    public LoggedChange? At(long index)
    {
        if (index < Count - Capacity)
        {
            return null;
        }

        var change = _ring[index % Capacity];

        // The writer may have lapped the reader between the two reads.
        return index < Count - Capacity ? null : change;
    }

    /// <summary>Index of the first change after a revision.</summary>
    public long IndexAfter(long revision)
    {
        long low = Math.Max(0, Count - Capacity), high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ring[middle % Capacity].Revision > revision)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>All objects as they were at a revision; null when that history is gone.</summary>
    public ImmutableSortedSet<StoredObject>? AsOf(long revision)
    {
        if (revision < CompactedRevision)
        {
            return null;
        }

        var next = IndexAfter(revision);
        return next > Math.Max(0, Count - Capacity) ? At(next - 1)?.After : _beforeRing;
    }

    /// <summary>Forgets the history up to a revision.</summary>
    public void Compact(long revision) => CompactedRevision = Math.Max(CompactedRevision, revision);

    /// <summary>Ends all watches of the resource.</summary>
    public void EndWatches()
    {
        Generation++;
        Wake();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
}
