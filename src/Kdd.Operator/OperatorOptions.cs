using System.Net;
using Kdd.Operator.Sessions;

namespace Kdd.Operator;

/// <summary>What the command line says.</summary>
public sealed record OperatorOptions
{
    /// <summary>Where the gateway reaches this replica; written into its Lease. Never a wildcard: others must be able to connect to it.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Health and metrics.</summary>
    public required IPEndPoint Management { get; init; }

    /// <summary>Pod name, or host name and a random suffix: who this member is.</summary>
    public required string Identity { get; init; }

    /// <summary>The namespace of the members' Leases; empty: the connection's own.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The only user whose stream requests are served.</summary>
    public required string GatewayServiceAccount { get; init; }

    /// <summary>Base of <c>status.url</c>; null leaves it out.</summary>
    public Uri? ExternalUrl { get; init; }

    /// <summary>Null: in the cluster this runs in.</summary>
    public string? Kubeconfig { get; init; }

    public SessionLimits Limits { get; init; } = new();
}
