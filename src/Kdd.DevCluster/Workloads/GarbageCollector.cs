using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>
/// Deletes what has lost its owners, and carries out foreground and orphan deletion: owner references of every resource, custom ones
/// included, followed in one loop.
/// </summary>
internal sealed class GarbageCollector(ObjectStore store, TimeProvider timeProvider, ILogger<GarbageCollector> logger) : IClusterComponent, IDisposable
{
    private static readonly TimeSpan NewTypesInterval = TimeSpan.FromMilliseconds(500);
    private readonly Channel<(ResourceKey Type, StoreEvent Change)> _changes = Channel.CreateUnbounded<(ResourceKey, StoreEvent)>();
    private readonly Dictionary<string, HashSet<Reference>> _dependents = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<Task> _tasks = [];

    private readonly record struct Reference(ResourceKey Type, string Namespace, string Name);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _tasks.Add(Task.Run(FollowTypesAsync, CancellationToken.None));
        _tasks.Add(Task.Run(CollectAsync, CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopped.Dispose();

    /// <summary>Resources come with CustomResourceDefinitions: each new one gets a watch of its own.</summary>
    private async Task FollowTypesAsync()
    {
        var known = new HashSet<ResourceKey>();
        while (true)
        {
            foreach (var type in store.Types.Where(type => type.Resource != "events" && known.Add(type)).ToList())
            {
                _ = Task.Run(() => FollowAsync(type));
            }
            await Task.Delay(NewTypesInterval, timeProvider, _stopped.Token);
        }
    }

    private async Task FollowAsync(ResourceKey type)
    {
        await foreach (var change in store.WatchAsync(type, null, _stopped.Token))
        {
            _changes.Writer.TryWrite((type, change));
        }
    }

    private async Task CollectAsync()
    {
        await foreach (var (type, change) in _changes.Reader.ReadAllAsync(_stopped.Token))
        {
            try
            {
                Take(type, change);
            }
            catch (ApiException)
            {
                // A conflict with another writer: its change is an event too and leads here again.
            }
            catch (Exception e) when (e is InvalidOperationException or InvalidCastException)
            {
                logger.LogError(e, "owner references of {Type} {Name} cannot be read", type, change.Object.Name());
            }
        }
    }

    private void Take(ResourceKey type, StoreEvent change)
    {
        var obj = change.Object;
        var self = new Reference(type, obj.Namespace(), obj.Name());
        foreach (var owner in OwnersOf(obj))
        {
            Index(owner.Str("uid") ?? "", self, add: change.Type != StoreEventType.Deleted);
        }
        if (change.Type == StoreEventType.Deleted)
        {
            foreach (var dependent in DependentsOf(obj.Uid()))
            {
                ReleaseFromAbsentOwners(dependent);
            }
            foreach (var owner in OwnersOf(obj))
            {
                FinishForeground(owner, obj.Namespace());
            }
            return;
        }
        if (Owners.IsBeingDeleted(obj))
        {
            Propagate(self, obj);
        }
        else
        {
            ReleaseFromAbsentOwners(self);
        }
    }

    /// <summary>Deletes the object when none of its owners is left; drops the references to those that are gone.</summary>
    private void ReleaseFromAbsentOwners(Reference reference)
    {
        if (store.Get(reference.Type, reference.Namespace, reference.Name) is not { } obj || Owners.IsBeingDeleted(obj))
        {
            return;
        }
        var owners = OwnersOf(obj).ToList();
        var absent = owners.Where(owner => Find(owner, reference.Namespace) is null).Select(owner => owner.Str("uid")).ToHashSet();
        if (absent.Count == 0)
        {
            return;
        }
        if (absent.Count == owners.Count)
        {
            store.Delete(reference.Type, reference.Namespace, reference.Name, new DeleteOptions { PreconditionUid = obj.Uid() });
        }
        else
        {
            RemoveReferences(reference, uid => absent.Contains(uid));
        }
    }

    private void Propagate(Reference self, JsonObject obj)
    {
        if (HasFinalizer(obj, "orphan"))
        {
            foreach (var dependent in DependentsOf(obj.Uid()))
            {
                RemoveReferences(dependent, uid => uid == obj.Uid());
            }
            RemoveFinalizer(self, "orphan");
        }
        if (HasFinalizer(obj, "foregroundDeletion"))
        {
            foreach (var dependent in DependentsOf(obj.Uid()))
            {
                store.Delete(dependent.Type, dependent.Namespace, dependent.Name, new DeleteOptions { PropagationPolicy = "Foreground" });
            }
            FinishForeground(self, obj);
        }
    }

    private void FinishForeground(JsonObject ownerReference, string ns)
    {
        if (Find(ownerReference, ns) is var (reference, owner) && HasFinalizer(owner, "foregroundDeletion"))
        {
            FinishForeground(reference, owner);
        }
    }

    private void FinishForeground(Reference reference, JsonObject owner)
    {
        bool blocked = DependentsOf(owner.Uid())
            .Select(dependent => store.Get(dependent.Type, dependent.Namespace, dependent.Name))
            .Any(dependent => dependent is not null && OwnersOf(dependent)
                .Any(reference => reference.Str("uid") == owner.Uid() && reference.Bool("blockOwnerDeletion") == true));
        if (!blocked)
        {
            RemoveFinalizer(reference, "foregroundDeletion");
        }
    }

    /// <summary>The owner itself, looked for in every resource: references name kinds, the store resources.</summary>
    private (Reference Reference, JsonObject Object)? Find(JsonObject owner, string ns)
    {
        string name = owner.Str("name") ?? "";
        string? uid = owner.Str("uid");
        foreach (var type in store.Types)
        {
            foreach (string scope in ns.Length == 0 ? [""] : (ReadOnlySpan<string>)[ns, ""])
            {
                if (store.Get(type, scope, name) is { } found && found.Uid() == uid)
                {
                    return (new Reference(type, scope, name), found);
                }
            }
        }
        return null;
    }

    private void RemoveReferences(Reference reference, Func<string?, bool> remove) =>
        store.Mutate(reference.Type, reference.Namespace, reference.Name, stored =>
        {
            var kept = OwnersOf(stored).Where(owner => !remove(owner.Str("uid"))).Select(owner => owner.DeepClone()).ToArray();
            stored.Metadata()["ownerReferences"] = new JsonArray(kept);
            if (kept.Length == 0)
            {
                stored.Metadata().Remove("ownerReferences");
            }
            return true;
        });

    private void RemoveFinalizer(Reference reference, string finalizer) =>
        store.Mutate(reference.Type, reference.Namespace, reference.Name, stored =>
        {
            var kept = (stored.Arr("metadata", "finalizers") ?? []).Where(f => (string?)f != finalizer).Select(f => f?.DeepClone()).ToArray();
            stored.Metadata()["finalizers"] = new JsonArray(kept);
            return true;
        });

    private void Index(string ownerUid, Reference dependent, bool add)
    {
        if (!_dependents.TryGetValue(ownerUid, out var dependents))
        {
            _dependents[ownerUid] = dependents = [];
        }
        _ = add ? dependents.Add(dependent) : dependents.Remove(dependent);
        if (dependents.Count == 0)
        {
            _dependents.Remove(ownerUid);
        }
    }

    private List<Reference> DependentsOf(string uid) => _dependents.TryGetValue(uid, out var dependents) ? [.. dependents] : [];

    private static IEnumerable<JsonObject> OwnersOf(JsonObject obj) =>
        (obj.Arr("metadata", "ownerReferences") ?? []).OfType<JsonObject>();

    private static bool HasFinalizer(JsonObject obj, string finalizer) =>
        (obj.Arr("metadata", "finalizers") ?? []).Any(entry => (string?)entry == finalizer);
}
