using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Access;

/// <summary>
/// Whether a caller may read a LogView's lines: RBAC must let them <c>get logviews</c> and <c>get pods/log</c> in its
/// namespace. A LogView must never show somebody lines that kubectl would not.
/// </summary>
public sealed class StreamReviewer(ReviewApi api, AccessMode mode, TimeProvider timeProvider)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly ResourceType SelfReviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", Namespaced: false);

    private readonly ReviewCache<(string Caller, string Namespace, string? LogView), bool> _cache = new(Lifetime, timeProvider);

    /// <summary>The missing right, as the API server words it; null when there is none missing.</summary>
    /// <exception cref="ReviewFailedException">The API server gave no decision.</exception>
    public async Task<string?> FindMissingRightAsync(Caller caller, NamespacedName logView, CancellationToken cancellationToken)
    {
        string key = KeyOf(caller);
        Task<bool> mayGetLogView = _cache.GetAsync((key, logView.Namespace, logView.Name), () => AskAsync(caller, GetLogView(logView)), cancellationToken);
        Task<bool> mayGetLogs = _cache.GetAsync((key, logView.Namespace, null), () => AskAsync(caller, GetPodLogs(logView.Namespace)), cancellationToken);
        await Task.WhenAll(mayGetLogView, mayGetLogs);
        return (await mayGetLogView, await mayGetLogs) switch
        {
            (false, _) => Missing(caller, "logviews", LogView.GroupName, logView.Namespace),
            (_, false) => Missing(caller, "pods/log", "", logView.Namespace),
            _ => null,
        };
    }

    private async Task<bool> AskAsync(Caller caller, ResourceAttributes attributes)
    {
        bool self = mode == AccessMode.None;
        var spec = new AccessReviewSpec(attributes);
        var review = new Review<AccessReviewSpec, AccessReviewStatus>("authorization.k8s.io/v1", self ? "SelfSubjectAccessReview" : "SubjectAccessReview")
        {
            Spec = self ? spec : spec with { User = caller.UserName, Uid = caller.Uid, Groups = caller.Groups, Extra = caller.Extra },
        };
        AccessReviewStatus status = await api.PostAsync(self ? SelfReviews : ResourceType.SubjectAccessReviews, review, ReviewJson.Default.AccessReview);
        return status.Allowed;
    }

    private static ResourceAttributes GetLogView(NamespacedName logView)
        => new(logView.Namespace, "get", LogView.GroupName, LogView.PluralName) { Name = logView.Name };

    private static ResourceAttributes GetPodLogs(string @namespace) => new(@namespace, "get", "", "pods") { Subresource = "log" };

    private static string Missing(Caller caller, string resource, string group, string @namespace)
        => $"User \"{caller.UserName}\" cannot get resource \"{resource}\" in API group \"{group}\" in the namespace \"{@namespace}\"";

    /// <summary>All that an authorizer may decide on: two tokens of one user can differ in groups and extra.</summary>
    private static string KeyOf(Caller caller) => JsonSerializer.Serialize(caller, ReviewJson.Default.Caller);
}
