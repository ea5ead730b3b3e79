using System.Text.Json;

namespace Kdd.Kubernetes.Informers;

/// <summary>Reads one object: <paramref name="reader"/> stands on its <c>{</c> and is left on the matching <c>}</c>.</summary>
/// <exception cref="JsonException">The object is not of the expected form. The informer counts it and goes on with the others.</exception>
public delegate T ObjectReader<T>(ref ObjectJsonReader reader);

/// <summary>How an informer reads objects of a resource and tells them apart.</summary>
/// <param name="Read">From the API server's bytes; only what is kept should be read.</param>
/// <param name="NameOf">The object's key.</param>
/// <param name="VersionOf">Its resourceVersion, opaque.</param>
/// <param name="MetadataOnly">Ask the server for <c>PartialObjectMetadata</c>: a tenth of a pod's bytes. A server that cannot sends the whole object, so <paramref name="Read"/> must take both.</param>
public sealed record ObjectFormat<T>(ObjectReader<T> Read, Func<T, NamespacedName> NameOf, Func<T, string> VersionOf, bool MetadataOnly = false)
{
    internal string? Accept(bool list) => MetadataOnly
        ? $"application/json;as=PartialObjectMetadata{(list ? "List" : "")};g=meta.k8s.io;v=v1,application/json"
        : null;
}
