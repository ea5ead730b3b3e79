using System.Collections.Concurrent;

namespace Kdd.Kubernetes.Informers;

/// <summary>Read access to an informer's cache. What it returns is shared: never change it.</summary>
public sealed class Lister<T>
    where T : class
{
    private readonly ConcurrentDictionary<NamespacedName, T> _objects;

    internal Lister(ConcurrentDictionary<NamespacedName, T> objects) => _objects = objects;

    /// <summary>Objects in the cache.</summary>
    public int Count => _objects.Count;

    /// <summary>Null when the cache does not have it.</summary>
    public T? Get(NamespacedName name) => _objects.GetValueOrDefault(name);

    /// <summary>The objects as they are now, in no order.</summary>
    public IEnumerable<T> List()
    {
        foreach ((_, T value) in _objects)
        {
            yield return value;
        }
    }
}
