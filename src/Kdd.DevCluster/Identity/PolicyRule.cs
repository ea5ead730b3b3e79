using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>rbac.authorization.k8s.io/v1 PolicyRule against a request (pkg/apis/rbac/v1 evaluation helpers).</summary>
internal static class PolicyRule
{
    /// <summary>Whether the rule allows the request.</summary>
    public static bool Allows(JsonObject rule, RequestInfo request)
    {
        if (!Lists(rule, "verbs", request.Verb))
        {
            return false;
        }
        if (!request.IsResourceRequest)
        {
            return (rule.Arr("nonResourceURLs") ?? []).Any(url => CoversPath((string?)url ?? "", request.Path));
        }
        return Lists(rule, "apiGroups", request.Group)
            && (rule.Arr("resources") ?? []).Any(resource => CoversResource((string?)resource ?? "", request))
            && (rule.Arr("resourceNames") is not { Count: > 0 } names || names.Any(name => (string?)name == request.Name));
    }

    private static bool Lists(JsonObject rule, string field, string value) =>
        (rule.Arr(field) ?? []).Any(entry => (string?)entry is var text && (text == "*" || text == value));

    private static bool CoversResource(string entry, RequestInfo request)
    {
        string asked = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        return entry == "*" || entry == asked
            || (entry.StartsWith("*/", StringComparison.Ordinal) && request.Subresource.Length > 0 && entry[2..] == request.Subresource);
    }

    private static bool CoversPath(string entry, string path) =>
        entry == "*" || entry == path
        || (entry.EndsWith('*') && path.StartsWith(entry.TrimEnd('*'), StringComparison.Ordinal));
}
