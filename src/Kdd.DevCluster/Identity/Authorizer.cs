using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Identity;

/// <summary>The decision on a request.</summary>
/// <param name="Allowed">Whether it may go on.</param>
/// <param name="Reason">Why, as SubjectAccessReview.status.reason and at the end of the 403's message; "" for none.</param>
public readonly record struct Decision(bool Allowed, string Reason = "");

/// <summary>RBAC: decides whether a user may do what a request asks, by the roles and bindings in the store at that moment.</summary>
public sealed class Authorizer(ObjectStore store)
{
    private static readonly ResourceKey ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");
    private static readonly ResourceKey ClusterRoleBindings = new("rbac.authorization.k8s.io", "clusterrolebindings");
    private static readonly ResourceKey Roles = new("rbac.authorization.k8s.io", "roles");
    private static readonly ResourceKey RoleBindings = new("rbac.authorization.k8s.io", "rolebindings");

    /// <summary>Told of every decision, for tests of who uses which rights. Called on the request's thread.</summary>
    public event Action<UserInfo, RequestInfo, Decision>? Decided;

    /// <summary>Decides by the user's groups and the RBAC objects in the store.</summary>
    public Decision Authorize(UserInfo user, RequestInfo request)
    {
        Decision decision = Decide(user, request);
        Decided?.Invoke(user, request, decision);
        return decision;
    }

    private Decision Decide(UserInfo user, RequestInfo request)
    {
        if (user.Groups.Contains("system:masters"))
        {
            return new Decision(true);
        }
        foreach (var (binding, subject, rules) in RulesFor(user, request.IsResourceRequest ? request.Namespace : ""))
        {
            if (rules.Any(rule => PolicyRule.Allows(rule, request)))
            {
                return new Decision(true, Reason(binding, subject));
            }
        }
        return new Decision(false);
    }

    /// <summary>All rules that hold for a user in a namespace, cluster-wide ones first.</summary>
    public IEnumerable<JsonObject> RulesOf(UserInfo user, string ns) => RulesFor(user, ns).SelectMany(bound => bound.Rules);

    private IEnumerable<(JsonObject Binding, JsonObject Subject, IReadOnlyList<JsonObject> Rules)> RulesFor(UserInfo user, string ns)
    {
        var bindings = store.List(ClusterRoleBindings).Concat(ns.Length > 0 ? store.List(RoleBindings, ns) : []);
        foreach (var binding in bindings)
        {
            var subject = (binding.Arr("subjects") ?? []).OfType<JsonObject>()
                .FirstOrDefault(entry => IsMeant(entry, user, binding.Namespace()));
            if (subject is not null)
            {
                yield return (binding, subject, Rules(binding));
            }
        }
    }

    private IReadOnlyList<JsonObject> Rules(JsonObject binding)
    {
        string name = binding.Str("roleRef", "name") ?? "";
        var role = binding.Str("roleRef", "kind") == "Role"
            ? store.Get(Roles, binding.Namespace(), name)
            : store.Get(ClusterRoles, null, name);
        if (role is null)
        {
            return [];
        }
        return role.Obj("aggregationRule") is { } aggregation
            ? AggregatedRules(store, aggregation)
            : [.. (role.Arr("rules") ?? []).OfType<JsonObject>()];
    }

    /// <summary>The rules of all cluster roles that an aggregationRule selects.</summary>
    internal static IReadOnlyList<JsonObject> AggregatedRules(ObjectStore store, JsonObject aggregation)
    {
        var selectors = (aggregation.Arr("clusterRoleSelectors") ?? []).OfType<JsonObject>().ToList();
        return
        [
            .. store.List(ClusterRoles)
                .Where(role => selectors.Any(selector => Selector.Matches(selector, role)))
                .SelectMany(role => role.Obj("aggregationRule") is { } nested
                    ? AggregatedRules(store, nested)
                    : (role.Arr("rules") ?? []).OfType<JsonObject>()),
        ];
    }

    private static bool IsMeant(JsonObject subject, UserInfo user, string bindingNamespace) => subject.Str("kind") switch
    {
        "User" => subject.Str("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Str("name") ?? ""),
        "ServiceAccount" => user.Name == ServiceAccountName(subject, bindingNamespace),
        _ => false,
    };

    private static string ServiceAccountName(JsonObject subject, string bindingNamespace) =>
        $"system:serviceaccount:{subject.Str("namespace") ?? bindingNamespace}:{subject.Str("name")}";

    private static string Reason(JsonObject binding, JsonObject subject)
    {
        string ns = binding.Namespace();
        string bound = ns.Length == 0 ? $"ClusterRoleBinding \"{binding.Name()}\"" : $"RoleBinding \"{binding.Name()}/{ns}\"";
        string who = subject.Str("kind") == "ServiceAccount"
            ? $"\"{subject.Str("name")}/{subject.Str("namespace") ?? ns}\""
            : $"\"{subject.Str("name")}\"";
        return $"RBAC: allowed by {bound} of {binding.Str("roleRef", "kind")} \"{binding.Str("roleRef", "name")}\" to {subject.Str("kind")} {who}";
    }
}
