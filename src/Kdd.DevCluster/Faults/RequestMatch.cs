using System.IO.Enumeration;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Faults;

/// <summary>Which requests a fault is for: every field that is set must match; <c>*</c> and <c>?</c> stand for any text.</summary>
public sealed record RequestMatch
{
    /// <summary>All requests.</summary>
    public static RequestMatch All { get; } = new();

    /// <summary>All watches.</summary>
    public static RequestMatch Watches { get; } = new() { Verb = "watch" };

    /// <summary>All reads of container logs.</summary>
    public static RequestMatch Logs { get; } = new() { Resource = "pods", Subresource = "log" };

    /// <summary>Everything that changes an object.</summary>
    public static RequestMatch Writes { get; } = new() { Verb = "create|update|patch|delete|deletecollection" };

    /// <summary>Renewals of Leases.</summary>
    public static RequestMatch LeaseWrites { get; } = new() { Resource = "leases", Verb = "create|update|patch" };

    /// <summary>Verb as in RBAC; several are separated by a bar.</summary>
    public string? Verb { get; init; }

    /// <summary>API group; "" is core.</summary>
    public string? Group { get; init; }

    /// <summary>Plural resource name.</summary>
    public string? Resource { get; init; }

    /// <summary>Sub-resource.</summary>
    public string? Subresource { get; init; }

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Object name.</summary>
    public string? Name { get; init; }

    /// <summary>The URL's path.</summary>
    public string? Path { get; init; }

    /// <summary>Name of the user who asks.</summary>
    public string? User { get; init; }

    internal bool Matches(RequestInfo info, string user) =>
        (Verb is null || Verb.Split('|').Contains(info.Verb))
        && Fits(Group, info.Group) && Fits(Resource, info.Resource) && Fits(Subresource, info.Subresource)
        && Fits(Namespace, info.Namespace) && Fits(Name, info.Name) && Fits(Path, info.Path) && Fits(User, user);

    private static bool Fits(string? pattern, string value) =>
        pattern is null || FileSystemName.MatchesSimpleExpression(pattern, value, ignoreCase: false);
}
