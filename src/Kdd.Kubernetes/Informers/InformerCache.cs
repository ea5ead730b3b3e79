using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Informers;

/// <summary>The objects of an informer, and the telling of what changes in them. Written by the informer's one loop only.</summary>
internal sealed partial class InformerCache<T>(ResourceType type, ObjectFormat<T> format, ILogger logger)
    where T : class
{
    private readonly ConcurrentDictionary<NamespacedName, T> _objects = new();

    /// <summary>Reads what is here.</summary>
    public Lister<T> Lister => field ??= new Lister<T>(_objects);

    /// <summary>Told after the lister shows the change.</summary>
    public event Action<Change<T>>? Changed;

    /// <summary>Takes an object in; one of the version that is here already is no news.</summary>
    public void Put(T item)
    {
        NamespacedName name = format.NameOf(item);
        T? before = _objects.GetValueOrDefault(name);
        if (before is null || format.VersionOf(before) != format.VersionOf(item))
        {
            _objects[name] = item;
            Tell(new Change<T>(name, before, item));
        }
    }

    public void Remove(NamespacedName name)
    {
        if (_objects.TryRemove(name, out T? before))
        {
            Tell(new Change<T>(name, before, null));
        }
    }

    /// <summary>What is not in a whole list was deleted while nobody watched.</summary>
    public void KeepOnly(HashSet<NamespacedName> names)
    {
        foreach (NamespacedName gone in _objects.Keys.Where(name => !names.Contains(name)))
        {
            Remove(gone);
        }
    }

    /// <summary>The object exists in a form that cannot be read: what is known of it is no longer true.</summary>
    public void Unreadable(NamespacedName name)
    {
        KubernetesMetrics.Unreadable(type);
        LogUnreadable(logger, type, name);
        Remove(name);
    }

    private void Tell(Change<T> change)
    {
        try
        {
            Changed?.Invoke(change);
        }
        catch (Exception e)
        {
            // A subscriber's mistake about one object must not end the watch for all.
            LogSubscriberFailed(logger, type, change.Name, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Informer of {Resource}: {Name} cannot be read and is left out")]
    private static partial void LogUnreadable(ILogger logger, ResourceType resource, NamespacedName name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Informer of {Resource}: a subscriber failed on {Name}")]
    private static partial void LogSubscriberFailed(ILogger logger, ResourceType resource, NamespacedName name, Exception exception);
}
