using Kdd.Hosting;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Routing;

/// <summary>
/// What the viewer may ask of the API server: its LogViews, and names and kinds of what can be viewed. RBAC decides what of
/// it a caller gets; the list keeps a stolen page from reaching Secrets with that caller's rights.
/// </summary>
internal static class KubernetesAllowList
{
    private static readonly Dictionary<(string ApiVersion, string Resource), string[]> Verbs = new()
    {
        [("v1", "namespaces")] = ["list"],
        [("v1", "pods")] = ["get", "list"],
        [("v1", "replicationcontrollers")] = ["get", "list"],
        [("apps/v1", "daemonsets")] = ["get", "list"],
        [("apps/v1", "deployments")] = ["get", "list"],
        [("apps/v1", "replicasets")] = ["get", "list"],
        [("apps/v1", "statefulsets")] = ["get", "list"],
        [("batch/v1", "cronjobs")] = ["get", "list"],
        [("batch/v1", "jobs")] = ["get", "list"],
        [("kdd.dev/v1alpha1", "logviews")] = ["get", "list", "watch", "create", "delete"],
    };

    private static readonly HashSet<string> Parameters = new(StringComparer.Ordinal)
    {
        "allowWatchBookmarks", "continue", "dryRun", "fieldManager", "fieldSelector", "fieldValidation", "labelSelector", "limit", "propagationPolicy",
        "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch",
    };

    /// <summary>Why the request is not on the list; null when it is.</summary>
    /// <param name="path">Below <c>/k8s</c>, such as <c>/apis/kdd.dev/v1alpha1/namespaces/shop/logviews</c>.</param>
    public static KubernetesStatus? Refusal(string method, string path, IQueryCollection query)
    {
        if (Parse(path) is not { } request || !Verbs.TryGetValue((request.ApiVersion, request.Resource), out string[]? verbs))
        {
            return KubernetesStatus.Forbidden("this path of the Kubernetes API is not served here; /k8s/ reaches LogViews, namespaces, pods and workloads");
        }

        string? verb = VerbOf(method, named: request.Name is not null, watch: query.ContainsKey("watch"));
        if (verb is null || !verbs.Contains(verb))
        {
            return new KubernetesStatus(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed",
                $"{request.Resource} are served here for {string.Join(", ", verbs)} only");
        }

        string? unknown = query.Keys.FirstOrDefault(key => !Parameters.Contains(key));
        return unknown is null ? null : KubernetesStatus.BadRequest("a query parameter of the request is not served here");
    }

    /// <summary>The API server takes any value but false and 0 of <c>watch</c> for true: only the presence is safe to go by.</summary>
    private static string? VerbOf(string method, bool named, bool watch) => (method, named, watch) switch
    {
        ("GET", _, true) => "watch",
        ("GET", true, _) => "get",
        ("GET", false, _) => "list",
        ("POST", false, false) => "create",
        ("DELETE", true, false) => "delete",
        _ => null,
    };

    private static (string ApiVersion, string Resource, string? Name)? Parse(string path)
    {
        string[] segments = path.Split('/');
        (string ApiVersion, string[] Below)? found = segments switch
        {
            ["", "api", "v1", .. var rest] => ("v1", rest),
            ["", "apis", var group, var version, .. var rest] => ($"{group}/{version}", rest),
            _ => null,
        };
        return found?.Below switch
        {
            ["namespaces", var ns, var resource] when DnsName.IsLabel(ns) => (found.Value.ApiVersion, resource, null),
            ["namespaces", var ns, var resource, var name] when DnsName.IsLabel(ns) && DnsName.IsSubdomain(name) => (found.Value.ApiVersion, resource, name),
            [var resource] => (found.Value.ApiVersion, resource, null),
            _ => null,
        };
    }
}
