using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Identity;

/// <summary>The roles and bindings that every cluster starts with, as far as people and programs count on them.</summary>
internal static class BootstrapPolicy
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string BootstrappingLabel = "kubernetes.io/bootstrapping";
    private const string Read = "get,list,watch";
    private const string Write = "create,delete,deletecollection,patch,update";

    private static readonly string[] Discovery =
    [
        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/",
        "/.well-known", "/.well-known/*",
    ];

    /// <summary>The rules of system:masters.</summary>
    public static IEnumerable<JsonObject> Everything => [Rule("*", "*", "*"), UrlRule("*", ["*"])];

    public static IEnumerable<JsonObject> ClusterRoles =>
    [
        Role("cluster-admin", null, [.. Everything]),
        Aggregated("admin", null),
        Aggregated("edit", "admin"),
        Aggregated("view", "edit"),
        Role("system:aggregate-to-view", "view",
            Rule("", "configmaps,endpoints,persistentvolumeclaims,pods,replicationcontrollers,serviceaccounts,services", Read),
            Rule("", "pods/log,pods/status,events,namespaces,namespaces/status,limitranges,resourcequotas,bindings", Read),
            Rule("discovery.k8s.io", "endpointslices", Read),
            Rule("events.k8s.io", "events", Read),
            Rule("apps", "controllerrevisions,daemonsets,deployments,replicasets,statefulsets", Read),
            Rule("apps", "daemonsets/status,deployments/status,deployments/scale,replicasets/status,replicasets/scale,statefulsets/status,statefulsets/scale", Read),
            Rule("batch", "cronjobs,cronjobs/status,jobs,jobs/status", Read)),
        Role("system:aggregate-to-edit", "edit",
            Rule("", "pods/exec,pods/attach,pods/portforward,pods/proxy,secrets,services/proxy", Read),
            Rule("", "serviceaccounts", "impersonate"),
            Rule("", "pods,pods/exec,pods/attach,pods/portforward,pods/proxy,pods/eviction", Write),
            Rule("", "configmaps,events,persistentvolumeclaims,replicationcontrollers,secrets,serviceaccounts,services,services/proxy", Write),
            Rule("", "serviceaccounts/token", "create"),
            Rule("apps", "daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale", Write),
            Rule("batch", "cronjobs,jobs", Write),
            Rule("coordination.k8s.io", "leases", $"{Read},{Write}")),
        Role("system:aggregate-to-admin", "admin",
            Rule("authorization.k8s.io", "localsubjectaccessreviews", "create"),
            Rule(Rbac, "rolebindings,roles", $"{Read},{Write}")),
        Role("system:auth-delegator", null,
            Rule("authentication.k8s.io", "tokenreviews", "create"), Rule("authorization.k8s.io", "subjectaccessreviews", "create")),
        Role("system:basic-user", null,
            Rule("authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews", "create"),
            Rule("authentication.k8s.io", "selfsubjectreviews", "create")),
        Role("system:discovery", null, UrlRule("get", Discovery)),
        Role("system:public-info-viewer", null, UrlRule("get", ["/healthz", "/livez", "/readyz", "/version", "/version/"])),
        Role("system:service-account-issuer-discovery", null, UrlRule("get", ["/.well-known/openid-configuration", "/openid/v1/jwks"])),
    ];

    public static IEnumerable<JsonObject> ClusterRoleBindings =>
    [
        Binding("cluster-admin", "system:masters"),
        Binding("system:basic-user", "system:authenticated"),
        Binding("system:discovery", "system:authenticated"),
        Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
        Binding("system:service-account-issuer-discovery", "system:serviceaccounts"),
    ];

    private static JsonObject Role(string name, string? aggregatesTo, params JsonObject[] rules)
    {
        var role = new JsonObject
        {
            ["kind"] = "ClusterRole",
            ["apiVersion"] = $"{Rbac}/v1",
            ["metadata"] = Metadata(name, aggregatesTo),
            ["rules"] = new JsonArray(rules),
        };
        return role;
    }

    private static JsonObject Aggregated(string name, string? aggregatesTo)
    {
        var role = Role(name, aggregatesTo);
        role["aggregationRule"] = new JsonObject
        {
            ["clusterRoleSelectors"] = new JsonArray(new JsonObject
            {
                ["matchLabels"] = new JsonObject { [$"{Rbac}/aggregate-to-{name}"] = "true" },
            }),
        };
        return role;
    }

    private static JsonObject Binding(string role, params string[] groups) => new()
    {
        ["kind"] = "ClusterRoleBinding",
        ["apiVersion"] = $"{Rbac}/v1",
        ["metadata"] = Metadata(role, null),
        ["subjects"] = new JsonArray(
            [.. groups.Select(group => new JsonObject { ["kind"] = "Group", ["apiGroup"] = Rbac, ["name"] = group })]),
        ["roleRef"] = new JsonObject { ["apiGroup"] = Rbac, ["kind"] = "ClusterRole", ["name"] = role },
    };

    private static JsonObject Metadata(string name, string? aggregatesTo)
    {
        var labels = new JsonObject { [BootstrappingLabel] = "rbac-defaults" };
        if (aggregatesTo is not null)
        {
            labels[$"{Rbac}/aggregate-to-{aggregatesTo}"] = "true";
        }
        return new JsonObject { ["name"] = name, ["labels"] = labels };
    }

    private static JsonObject Rule(string group, string resources, string verbs) => new()
    {
        ["verbs"] = List(verbs.Split(',')),
        ["apiGroups"] = List([group]),
        ["resources"] = List(resources.Split(',')),
    };

    private static JsonObject UrlRule(string verbs, string[] urls) => new()
    {
        ["verbs"] = List(verbs.Split(',')),
        ["nonResourceURLs"] = List(urls),
    };

    private static JsonArray List(string[] values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
