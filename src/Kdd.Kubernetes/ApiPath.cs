using System.Text;

namespace Kdd.Kubernetes;

/// <summary>
/// A request path of the Kubernetes API, relative to the server's base address. Every name is validated before it enters
/// and every query value escaped: <c>new Uri(base, relative)</c> folds <c>..</c>, so that a name of another's making could
/// otherwise reach any path with the caller's rights. Immutable; each step gives a new value.
/// </summary>
/// <example><c>ApiPath.To(ResourceType.Pods).In("shop").Named("cart-0").Subresource("log").With("follow", "true")</c></example>
public sealed class ApiPath
{
    private readonly string _query;

    private ApiPath(ResourceType type, string? @namespace, string? name, string? subresource, string query)
    {
        Type = type;
        Namespace = @namespace;
        Name = name;
        SubresourceName = subresource;
        _query = query;
    }

    /// <summary>The resource; its plural is empty for a discovery document.</summary>
    public ResourceType Type { get; }

    /// <summary>Null: all namespaces, or a cluster-scoped resource.</summary>
    public string? Namespace { get; }

    /// <summary>Null: the collection.</summary>
    public string? Name { get; }

    /// <summary>Null: the object itself.</summary>
    public string? SubresourceName { get; }

    /// <summary>The collection of <paramref name="type"/>, in all namespaces.</summary>
    /// <exception cref="InvalidNameException">Group, version or plural is not a DNS name.</exception>
    public static ApiPath To(ResourceType type)
    {
        Require(type.Group.Length == 0 || DnsName.IsSubdomain(type.Group), "API group", type.Group);
        Require(DnsName.IsLabel(type.Version), "API version", type.Version);
        Require(DnsName.IsLabel(type.Plural), "resource", type.Plural);
        return new ApiPath(type, null, null, null, "");
    }

    /// <summary>The discovery document of a group and version: which resources it has.</summary>
    /// <exception cref="InvalidNameException">Group or version is not a DNS name.</exception>
    public static ApiPath Discovery(string group, string version)
    {
        _ = To(new ResourceType(group, version, "any"));
        return new ApiPath(new ResourceType(group, version, ""), null, null, null, "");
    }

    /// <exception cref="InvalidNameException">Not an RFC 1123 label.</exception>
    public ApiPath In(string @namespace)
    {
        Require(DnsName.IsLabel(@namespace), "namespace", @namespace);
        return new ApiPath(Type, @namespace, Name, SubresourceName, _query);
    }

    /// <exception cref="InvalidNameException">Not an RFC 1123 subdomain.</exception>
    public ApiPath Named(string name)
    {
        Require(DnsName.IsSubdomain(name), "name", name);
        return new ApiPath(Type, Namespace, name, SubresourceName, _query);
    }

    /// <summary>The object <paramref name="name"/>, in its namespace when it has one.</summary>
    public ApiPath Named(NamespacedName name) => (string.IsNullOrEmpty(name.Namespace) ? this : In(name.Namespace)).Named(name.Name);

    /// <param name="subresource">Such as <c>status</c>, <c>log</c>, <c>scale</c>.</param>
    public ApiPath Subresource(string subresource)
    {
        Require(DnsName.IsLabel(subresource), "subresource", subresource);
        return new ApiPath(Type, Namespace, Name, subresource, _query);
    }

    /// <summary>Adds a query parameter; null adds nothing.</summary>
    public ApiPath With(string parameter, string? value) => value is null
        ? this
        : new ApiPath(Type, Namespace, Name, SubresourceName, $"{_query}{(_query.Length == 0 ? '?' : '&')}{Uri.EscapeDataString(parameter)}={Uri.EscapeDataString(value)}");

    /// <summary>The path as a relative URI: no leading slash, so that a base address with a path of its own keeps it.</summary>
    public Uri ToUri() => new(ToString(), UriKind.Relative);

    /// <summary>The path and query, escaped: <c>api/v1/namespaces/shop/pods/cart-0/log?follow=true</c>.</summary>
    public override string ToString()
    {
        var path = new StringBuilder(128);
        path.Append(Type.Group.Length == 0 ? "api/" : $"apis/{Type.Group}/").Append(Type.Version);
        if (Namespace is not null)
        {
            path.Append("/namespaces/").Append(Namespace);
        }

        if (Type.Plural.Length > 0)
        {
            path.Append('/').Append(Type.Plural);
        }

        if (Name is not null)
        {
            path.Append('/').Append(Name);
        }

        if (SubresourceName is not null)
        {
            path.Append('/').Append(SubresourceName);
        }

        return path.Append(_query).ToString();
    }

    private static void Require(bool valid, string part, string? value)
    {
        if (!valid)
        {
            throw new InvalidNameException(part, value);
        }
    }
}
