using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Identity;

/// <summary>Who may do what: alice has no rights, bob may get pods and pods/log in t2 (the users of the recorded cases).</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly ResourceKey Roles = new("rbac.authorization.k8s.io", "roles");
    private static readonly ResourceKey RoleBindings = new("rbac.authorization.k8s.io", "rolebindings");
    private static readonly ResourceKey ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");
    private static readonly ResourceKey ClusterRoleBindings = new("rbac.authorization.k8s.io", "clusterrolebindings");

    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(new()
        {
            Users = new Dictionary<string, UserInfo>
            {
                ["alice-token"] = new("alice", []),
                ["bob-token"] = new("bob", []),
                ["dev-token"] = new("dave", ["dev"]),
            },
        });
        _cluster.AddNamespace("t2");
        AddRole("t2", "log-reader", """[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get"]}]""");
        Bind("t2", "bob", "Role", "log-reader", """{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}""");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_unknown_token_is_401()
    {
        var (code, status) = await GetAsync("nonsense", "/api/v1/nodes");

        Assert.Equal((401, "Unauthorized", "Unauthorized"), (code, status.Str("reason"), status.Str("message")));
    }

    [Theory]
    [InlineData("alice-token", "/api/v1/nodes", "nodes is forbidden: User \"alice\" cannot list resource \"nodes\" in API group \"\" at the cluster scope")]
    [InlineData("alice-token", "/api/v1/namespaces/t1/pods/x/log", "pods \"x\" is forbidden: User \"alice\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"t1\"")]
    [InlineData("alice-token", "/metrics", "forbidden: User \"alice\" cannot get path \"/metrics\"")]
    [InlineData(null, "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews", "logviews.kdd.dev is forbidden: User \"system:anonymous\" cannot list resource \"logviews\" in API group \"kdd.dev\" in the namespace \"t1\"")]
    [InlineData("alice-token", "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews?watch=1", "logviews.kdd.dev is forbidden: User \"alice\" cannot watch resource \"logviews\" in API group \"kdd.dev\" in the namespace \"t1\"")]
    [InlineData("bob-token", "/api/v1/namespaces/t1/pods/x/log", "pods \"x\" is forbidden: User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"t1\"")]
    public async Task What_no_role_allows_is_403_in_the_api_servers_words(string? token, string path, string message)
    {
        var (code, status) = await GetAsync(token, path);

        Assert.Equal((403, "Forbidden", message), (code, status.Str("reason"), status.Str("message")));
    }

    [Fact]
    public async Task What_a_role_allows_gets_through_to_the_404()
    {
        var (code, status) = await GetAsync("bob-token", "/api/v1/namespaces/t2/pods/x/log");

        Assert.Equal((404, "pods \"x\" not found"), (code, status.Str("message")));
    }

    [Theory]
    [InlineData("bob", "t2", "pods", "log", true)]
    [InlineData("bob", "t2", "pods", "exec", false)]
    [InlineData("bob", "t1", "pods", "log", false)]
    [InlineData("alice", "t2", "pods", "log", false)]
    public async Task A_subject_access_review_says_what_authorisation_would(string user, string ns, string resource, string sub, bool allowed)
    {
        var review = await PostAsync(_cluster.Host.AdminToken, "/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject { ["user"] = user, ["resourceAttributes"] = Attributes(ns, "get", resource, sub) },
        });

        Assert.Equal(allowed, review.Bool("status", "allowed"));
        Assert.Equal(
            allowed ? "RBAC: allowed by RoleBinding \"bob/t2\" of Role \"log-reader\" to User \"bob\"" : null,
            review.Str("status", "reason"));
    }

    [Fact]
    public async Task A_review_without_a_user_is_422()
    {
        var status = await PostAsync(_cluster.Host.AdminToken, "/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject { ["resourceAttributes"] = Attributes("", "get", "pods", "") },
        });

        Assert.Equal(422, status.Int("code"));
        Assert.Equal(
            ".authorization.k8s.io \"\" is invalid: spec.user: Invalid value: \"\": at least one of user or group must be specified",
            status.Str("message"));
        Assert.Equal("spec.user", status.Arr("details", "causes")![0].Str("field"));
    }

    [Fact]
    public async Task Reviewing_others_needs_a_right_and_reviewing_oneself_does_not()
    {
        var other = await PostAsync("alice-token", "/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject());
        var self = await PostAsync("bob-token", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject { ["resourceAttributes"] = Attributes("t1", "get", "pods", "log") },
        });

        Assert.Equal(403, other.Int("code"));
        Assert.Equal("""{"allowed":false}""", self["status"]!.ToJsonString());
    }

    [Fact]
    public async Task Self_reviews_show_who_one_is_and_what_one_may()
    {
        var who = await PostAsync("alice-token", "/apis/authentication.k8s.io/v1/selfsubjectreviews", new JsonObject());
        var rules = await PostAsync("bob-token", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectRulesReview",
            ["spec"] = new JsonObject { ["namespace"] = "t2" },
        });

        Assert.Equal(("alice", """["system:authenticated"]"""),
            (who.Str("status", "userInfo", "username"), who["status"]!["userInfo"]!["groups"]!.ToJsonString()));
        Assert.Contains(rules.Arr("status", "resourceRules")!, rule => rule!["resources"]!.ToJsonString().Contains("pods/log", StringComparison.Ordinal));
        Assert.Contains(rules.Arr("status", "nonResourceRules")!, rule => rule!["nonResourceURLs"]!.ToJsonString().Contains("/healthz", StringComparison.Ordinal));
    }

    [Fact]
    public void Resource_names_limit_a_rule_to_objects_of_that_name()
    {
        AddRole("t1", "one", """[{"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"],"verbs":["get"]}]""");
        Bind("t1", "one", "Role", "one", """{"kind":"User","name":"alice"}""");

        Assert.True(Allows("alice", "t1", "get", "", "secrets", name: "mine"));
        Assert.False(Allows("alice", "t1", "get", "", "secrets", name: "yours"));
        Assert.False(Allows("alice", "t1", "list", "", "secrets"));
    }

    [Fact]
    public void A_cluster_role_bound_in_a_namespace_holds_there_only()
    {
        Bind("t1", "viewers", "ClusterRole", "view", """{"kind":"Group","name":"dev"}""");

        Assert.True(Allows("dave", "t1", "list", "apps", "deployments", groups: ["dev"]));
        Assert.True(Allows("dave", "t1", "get", "", "pods", "log", groups: ["dev"]));
        Assert.False(Allows("dave", "t1", "list", "", "secrets", groups: ["dev"]));
        Assert.False(Allows("dave", "t2", "list", "apps", "deployments", groups: ["dev"]));
    }

    [Fact]
    public async Task A_cluster_role_with_the_label_joins_the_aggregated_ones()
    {
        Bind("t1", "viewers", "ClusterRole", "view", """{"kind":"User","name":"alice"}""");
        Assert.False(Allows("alice", "t1", "get", "kdd.dev", "logviews"));

        _cluster.Store.Create(ClusterRoles, TestCluster.Json("""
            {"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1",
             "metadata":{"name":"logviews-view","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},
             "rules":[{"apiGroups":["kdd.dev"],"resources":["logviews"],"verbs":["get","list","watch"]}]}
            """));

        Assert.True(Allows("alice", "t1", "get", "kdd.dev", "logviews"));
        await _cluster.WaitAsync(ClusterRoles, null, "view", role =>
            role.Arr("rules")!.Any(rule => rule!["apiGroups"]!.ToJsonString() == """["kdd.dev"]"""));
    }

    [Fact]
    public void A_service_account_of_a_binding_without_namespace_is_that_of_the_binding()
    {
        _cluster.Store.Create(ClusterRoleBindings, TestCluster.Json("""
            {"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"op"},
             "subjects":[{"kind":"ServiceAccount","name":"op","namespace":"t1"}],
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:auth-delegator"}}
            """));

        Assert.True(Allows("system:serviceaccount:t1:op", "", "create", "authentication.k8s.io", "tokenreviews"));
        Assert.False(Allows("system:serviceaccount:t2:op", "", "create", "authentication.k8s.io", "tokenreviews"));
    }

    [Fact]
    public async Task A_right_taken_away_is_gone_at_once()
    {
        Assert.Equal(404, (await GetAsync("bob-token", "/api/v1/namespaces/t2/pods/x/log")).Code);

        _cluster.Store.Delete(RoleBindings, "t2", "bob");

        Assert.Equal(403, (await GetAsync("bob-token", "/api/v1/namespaces/t2/pods/x/log")).Code);
    }

    [Fact]
    public async Task Impersonation_is_refused_as_not_implemented()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes") { Headers = { { "Impersonate-User", "bob" } } };
        using var response = await _cluster.Admin.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
    }

    private bool Allows(
        string user, string ns, string verb, string group, string resource, string sub = "", string name = "", string[]? groups = null) =>
        new Authorizer(_cluster.Store).Authorize(new UserInfo(user, groups ?? []), new Http.RequestInfo
        {
            IsResourceRequest = true,
            Path = "",
            Verb = verb,
            Group = group,
            Resource = resource,
            Subresource = sub,
            Namespace = ns,
            Name = name,
        }).Allowed;

    private void AddRole(string ns, string name, string rules) => _cluster.Store.Create(Roles, new JsonObject
    {
        ["kind"] = "Role",
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["rules"] = JsonNode.Parse(rules),
    });

    private void Bind(string ns, string name, string kind, string role, string subject) => _cluster.Store.Create(RoleBindings, new JsonObject
    {
        ["kind"] = "RoleBinding",
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["subjects"] = new JsonArray(JsonNode.Parse(subject)),
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = role },
    });

    private static JsonObject Attributes(string ns, string verb, string resource, string sub) => new()
    {
        ["namespace"] = ns,
        ["verb"] = verb,
        ["group"] = "",
        ["resource"] = resource,
        ["subresource"] = sub,
    };

    private async Task<(int Code, JsonObject Status)> GetAsync(string? token, string path)
    {
        using var client = _cluster.ClientFor(token);
        using var response = await client.GetAsync(path, Cancelled);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!);
    }

    private async Task<JsonObject> PostAsync(string token, string path, JsonObject body)
    {
        using var client = _cluster.ClientFor(token);
        using var response = await client.PostAsJsonAsync(path, body, Cancelled);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!;
    }
}
