using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Storage;

/// <summary>
/// All objects of the cluster under one rising revision, as etcd keeps them. Trees that come out are shared: clone before change.
/// Thread-safe; a write is visible to reads that start after it returned.
/// </summary>
/// <param name="timeProvider">Stamps creationTimestamp and deletionTimestamp.</param>
public sealed class ObjectStore(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ResourceKey, ResourceTable> _tables = new();
    private readonly Shared _shared = new();
    private readonly string? _manager;

    private ObjectStore(ObjectStore store, TimeProvider timeProvider, string manager)
        : this(timeProvider)
    {
        (_lock, _tables, _shared, _manager) = (store._lock, store._tables, store._shared, manager);
    }

    /// <summary>The newest revision.</summary>
    public long Revision => Volatile.Read(ref _shared.Revision);

    /// <summary>Fills defaults into objects that the process itself writes; the API server sets it.</summary>
    public Action<ResourceKey, JsonObject>? Defaulting
    {
        get => _shared.Defaulting;
        set => _shared.Defaulting = value;
    }

    /// <summary>Writes managedFields for a manager: type, old object (null on create), new object, manager, status only.</summary>
    internal Action<ResourceKey, JsonObject?, JsonObject, string, bool>? Ownership
    {
        get => _shared.Ownership;
        set => _shared.Ownership = value;
    }

    /// <summary>The same store for a part of the cluster whose writes <paramref name="manager"/> owns in managedFields.</summary>
    internal ObjectStore As(string manager) => new(this, timeProvider, manager);

    /// <summary>The object; null when there is none.</summary>
    public JsonObject? Get(ResourceKey type, string? ns, string name) => Find(type, ns, name)?.Object;

    /// <summary>All objects of a resource, of one namespace when given, in key order.</summary>
    public IReadOnlyList<JsonObject> List(ResourceKey type, string? ns = null) =>
        [.. Table(type).Objects.Where(o => ns is null || o.Namespace == ns).Select(o => o.Object)];

    /// <summary>Stores a new object under a new uid; a generateName gets its suffix here.</summary>
    /// <exception cref="ApiException">409 AlreadyExists.</exception>
    public JsonObject Create(ResourceKey type, JsonObject obj)
    {
        var created = (JsonObject)obj.DeepClone();
        Defaulting?.Invoke(type, created);
        Own(type, null, created, statusOnly: false);
        return Insert(type, created).Object;
    }

    /// <summary>Replaces an object. With <paramref name="statusOnly"/> only its status, else everything but its status.</summary>
    /// <exception cref="ApiException">404; 409 when metadata.resourceVersion is set and not the stored one.</exception>
    public JsonObject Update(ResourceKey type, JsonObject obj, bool statusOnly = false)
    {
        lock (_lock)
        {
            var current = Find(type, obj.Namespace(), obj.Name()) ?? throw Errors.NotFound(type, obj.Name());
            var version = obj.Str("metadata", "resourceVersion");
            if (!string.IsNullOrEmpty(version) && version != current.Object.Str("metadata", "resourceVersion"))
            {
                throw Errors.Modified(type, obj.Name());
            }

            var next = (JsonObject)obj.DeepClone();
            if (!statusOnly)
            {
                Defaulting?.Invoke(type, next);
            }

            return Replace(type, current, Merge(type, current, next, statusOnly)).Object;
        }
    }

    /// <summary>Reads, changes and writes an object without a conflict; the change returns false to leave it.</summary>
    /// <returns>The stored object; null when there is none.</returns>
    public JsonObject? Mutate(ResourceKey type, string? ns, string name, Func<JsonObject, bool> change, bool statusOnly = false)
    {
        lock (_lock)
        {
            if (Find(type, ns, name) is not { } current)
            {
                return null;
            }

            var next = (JsonObject)current.Object.DeepClone();
            return change(next)
                ? Replace(type, current, Merge(type, current, next, statusOnly)).Object
                : current.Object;
        }
    }

    /// <summary>
    /// Deletes an object, or marks it where finalizers or a pod's grace period hold it. A scheduled pod goes when the kubelet
    /// calls with <see cref="DeleteOptions.Immediate"/>.
    /// </summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ApiException">409 when a precondition does not hold.</exception>
    public bool Delete(ResourceKey type, string? ns, string name, DeleteOptions? options = null) =>
        TryDelete(type, ns, name, options ?? new DeleteOptions(), out _, out _);

    /// <summary>
    /// First every existing object as Added, then each change, for controllers. Survives compaction and restarts of the API
    /// server; ends only by cancellation.
    /// </summary>
    public IAsyncEnumerable<StoreEvent> WatchAsync(ResourceKey type, string? ns, CancellationToken ct)
    {
        var table = Table(type);
        return StoreWatch.RunAsync(table, () => Locked(() => (table.Count, table.Objects)), ns, ct);
    }

    /// <summary>Forgets history up to a revision: watches and exact reads from before it are 410 Gone.</summary>
    public void Compact(long revision)
    {
        lock (_lock)
        {
            _shared.Compacted = Math.Max(_shared.Compacted, Math.Min(revision, _shared.Revision));
            foreach (var table in _tables.Values)
            {
                table.Compact(_shared.Compacted);
            }
        }
    }

    internal ResourceTable Table(ResourceKey type) => _tables.GetOrAdd(type, static (_, store) =>
    {
        var table = new ResourceTable();
        table.Compact(store._shared.Compacted); // its history is as long as that of the others
        return table;
    }, this);

    internal IEnumerable<ResourceKey> Types => _tables.Keys;

    internal StoredObject? Find(ResourceKey type, string? ns, string name) => Table(type).Get(StoredObject.KeyOf(ns, name));

    /// <summary>Runs several steps without another write between them.</summary>
    internal T Locked<T>(Func<T> steps)
    {
        lock (_lock)
        {
            return steps();
        }
    }

    private JsonObject Merge(ResourceKey type, StoredObject current, JsonObject next, bool statusOnly)
    {
        var merged = ObjectRules.Merge(type, current.Object, next, statusOnly);
        Own(type, current.Object, merged, statusOnly);
        return merged;
    }

    private void Own(ResourceKey type, JsonObject? old, JsonObject next, bool statusOnly)
    {
        if (_manager is not null)
        {
            Ownership?.Invoke(type, old, next, _manager, statusOnly);
        }
    }

    private StoredObject Insert(ResourceKey type, JsonObject obj)
    {
        ObjectRules.PrepareCreate(type, obj, timeProvider);
        ObjectRules.Complete(type, obj);
        return InsertPrepared(type, obj, type);
    }

    /// <summary>Stores a new object that has its uid and timestamps.</summary>
    internal StoredObject InsertPrepared(ResourceKey type, JsonObject obj, ResourceKey shown)
    {
        lock (_lock)
        {
            var table = Table(type);
            if (table.Get(StoredObject.KeyOf(obj.Namespace(), obj.Name())) is not null)
            {
                throw Errors.AlreadyExists(shown, obj.Name());
            }

            var stored = StoredObject.Freeze(obj, ++_shared.Revision);
            table.Apply(StoreEventType.Added, stored, null);
            return stored;
        }
    }

    /// <summary>Writes a new version; nothing when it equals the old, removal when its last finalizer went.</summary>
    internal StoredObject Replace(ResourceKey type, StoredObject current, JsonObject next, ResourceKey? shown = null)
    {
        lock (_lock)
        {
            var table = Table(type);
            if (!ReferenceEquals(table.Get(current.Key), current))
            {
                throw Errors.Modified(shown ?? type, current.Name);
            }

            next.Metadata()["resourceVersion"] = current.Object.Str("metadata", "resourceVersion");
            if (Json.ToUtf8(next).AsSpan().SequenceEqual(current.Utf8))
            {
                return current;
            }

            if (ObjectRules.MayBeRemoved(next))
            {
                return Remove(type, current, next);
            }

            var stored = StoredObject.Freeze(next, ++_shared.Revision);
            table.Apply(StoreEventType.Modified, stored, current);
            return stored;
        }
    }

    /// <summary>Deletes; the result is the object as marked when it stays, as it last was when it is gone.</summary>
    internal bool TryDelete(
        ResourceKey type, string? ns, string name, DeleteOptions options, out StoredObject? result, out bool removed)
    {
        lock (_lock)
        {
            (result, removed) = (Find(type, ns, name), false);
            if (result is null)
            {
                return false;
            }

            ObjectRules.CheckPreconditions(type, result, options);
            var next = (JsonObject)result.Object.DeepClone();
            removed = ObjectRules.MarkDeleted(type, next, options, timeProvider);
            if (options.DryRun)
            {
                return true;
            }

            if (removed && ObjectRules.IsGraceful(type))
            {
                // First the end of the grace period, then the end: two events.
                var ended = StoredObject.Freeze(next, ++_shared.Revision);
                Table(type).Apply(StoreEventType.Modified, ended, result);
                result = ended;
            }

            result = removed ? Remove(type, result, (JsonObject)next.DeepClone()) : Replace(type, result, next);
            return true;
        }
    }

    private StoredObject Remove(ResourceKey type, StoredObject current, JsonObject last)
    {
        // Watchers see what was stored, its last finalizer included; the writer sees what it wrote.
        var gone = StoredObject.Freeze((JsonObject)current.Object.DeepClone(), ++_shared.Revision);
        Table(type).Apply(StoreEventType.Deleted, gone, current);
        return StoredObject.Freeze(last, _shared.Revision);
    }

    /// <summary>Stamps deletionTimestamp without removing.</summary>
    internal void MarkDeleted(JsonObject obj) => obj.Metadata()["deletionTimestamp"] = ObjectRules.Timestamp(timeProvider);

    /// <summary>What the handles of <see cref="As"/> have in common.</summary>
    private sealed class Shared
    {
        public long Revision = 1;
        public long Compacted;

        public Action<ResourceKey, JsonObject>? Defaulting { get; set; }

        public Action<ResourceKey, JsonObject?, JsonObject, string, bool>? Ownership { get; set; }
    }

    /// <summary>A resourceVersion as text.</summary>
    internal static string Format(long revision) => revision.ToString(CultureInfo.InvariantCulture);
}
