using Kdd.DevCluster.Resources;

namespace Kdd.DevCluster.Discovery;

/// <summary>Kinds and verbs of sub-resources, for discovery.</summary>
internal static class SubresourceKinds
{
    /// <summary>A CRD's verbs, in the order that apiextensions lists them.</summary>
    public static readonly string[] CustomVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    private static readonly string[] ReadWrite = ["get", "patch", "update"];
    private static readonly string[] CreateOnly = ["create"];
    private static readonly string[] Connect = ["create", "get"];
    private static readonly string[] Proxy = ["create", "delete", "get", "patch", "update"];

    public static (string? Group, string? Version, string Kind, string[] Verbs) Of(ApiResource resource, string subresource) => subresource switch
    {
        "scale" => ("autoscaling", "v1", "Scale", ReadWrite),
        "token" => ("authentication.k8s.io", "v1", "TokenRequest", CreateOnly),
        "eviction" => ("policy", "v1", "Eviction", CreateOnly),
        "binding" => (null, null, "Binding", CreateOnly),
        "log" => (null, null, resource.Kind, ["get"]),
        "attach" => (null, null, "PodAttachOptions", Connect),
        "exec" => (null, null, "PodExecOptions", Connect),
        "portforward" => (null, null, "PodPortForwardOptions", Connect),
        "proxy" => (null, null, resource.Kind switch { "Pod" => "PodProxyOptions", "Node" => "NodeProxyOptions", _ => "ServiceProxyOptions" }, Proxy),
        "finalize" => (null, null, resource.Kind, ["update"]),
        _ => (null, null, resource.Kind, ReadWrite),
    };
}
