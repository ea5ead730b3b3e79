namespace Kdd.DevCluster.Http;

/// <summary>What a request asks for, in the terms of authorisation (apiserver's RequestInfo).</summary>
public sealed record RequestInfo
{
    /// <summary>True for /api/v1/… and /apis/group/version/… with a resource; false for /healthz, /version, discovery.</summary>
    public required bool IsResourceRequest { get; init; }

    /// <summary>The URL's path.</summary>
    public required string Path { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; for other paths the lower-case method.</summary>
    public required string Verb { get; init; }

    /// <summary>API group; "" is core.</summary>
    public string Group { get; init; } = "";

    /// <summary>API version, such as v1.</summary>
    public string Version { get; init; } = "";

    /// <summary>Plural resource name.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Sub-resource, such as log or status; "" for none.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Namespace; "" for cluster scope or all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Object name; "" for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>Path segments after the sub-resource, as proxy has them; "" for none.</summary>
    public string Rest { get; init; } = "";
}
