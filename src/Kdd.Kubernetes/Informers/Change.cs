namespace Kdd.Kubernetes.Informers;

/// <summary>An object changed in the cache. <see cref="Before"/> is null when it is new, <see cref="After"/> when it is gone.</summary>
public readonly record struct Change<T>(NamespacedName Name, T? Before, T? After);
