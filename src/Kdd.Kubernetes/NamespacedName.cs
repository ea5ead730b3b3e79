namespace Kdd.Kubernetes;

/// <summary>The key of a namespaced object. <see cref="Namespace"/> is empty for a cluster-scoped one.</summary>
public readonly record struct NamespacedName(string Namespace, string Name)
{
    /// <summary>As kubectl and client-go print it: <c>namespace/name</c>.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
