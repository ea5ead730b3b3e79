using Kdd.Gateway.Streams;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Microsoft.AspNetCore.Authorization;

namespace Kdd.Gateway.Access;

/// <summary>The right to open a stream, checked once here and again while it lives.</summary>
public sealed class StreamAccess : IAuthorizationRequirement
{
    public const string Policy = "stream";

    /// <summary>The LogView that the request's path names; <see cref="StreamAccessHandler"/> has checked the names.</summary>
    public static NamespacedName LogViewOf(HttpContext context)
        => new((string)context.GetRouteValue("namespace")!, (string)context.GetRouteValue("name")!);
}

/// <summary>Asks RBAC. What it answers does not depend on whether the LogView exists: nothing is told to who may not know.</summary>
public sealed class StreamAccessHandler(StreamReviewer reviewer, StreamAudit audit, ILogger<StreamAccessHandler> logger) : AuthorizationHandler<StreamAccess>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, StreamAccess requirement)
    {
        if (context.Resource is not HttpContext http || context.User.Identity is not { IsAuthenticated: true })
        {
            return;
        }

        NamespacedName logView = StreamAccess.LogViewOf(http);
        if (WrongName(logView) is { } wrong)
        {
            context.Fail(new StatusFailure(this, KubernetesStatus.BadRequest(wrong)));
            return;
        }

        try
        {
            if (await reviewer.FindMissingRightAsync(context.User.Caller(), logView, http.RequestAborted) is { } missing)
            {
                audit.Refused(context.User.Caller(), logView, missing);
                context.Fail(new StatusFailure(this, KubernetesStatus.Forbidden($"logviews.kdd.dev \"{logView.Name}\" is forbidden: {missing}")));
                return;
            }

            context.Succeed(requirement);
        }
        catch (ReviewFailedException e)
        {
            logger.LogWarning("A stream is refused: {Problem}", e.Message);
            context.Fail(new StatusFailure(this, KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whether you may read this LogView")));
        }
    }

    private static string? WrongName(NamespacedName logView) => logView switch
    {
        _ when !DnsName.IsLabel(logView.Namespace) => "the namespace in the path is not an RFC 1123 label: lower-case letters, digits and inner '-', at most 63",
        _ when !DnsName.IsSubdomain(logView.Name) => "the name in the path is not an RFC 1123 subdomain: lower-case letters, digits, '-' and '.', at most 253",
        _ => null,
    };
}

/// <summary>A refusal that comes with its answer.</summary>
internal sealed class StatusFailure(IAuthorizationHandler handler, KubernetesStatus status) : AuthorizationFailureReason(handler, status.Message)
{
    public KubernetesStatus Status => status;
}
