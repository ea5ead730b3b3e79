using Kdd.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Kdd.Gateway.Access;

/// <summary>Answers refused requests the Kubernetes way, with a <c>Status</c>, in place of the schemes' redirects and empty bodies.</summary>
public sealed class AccessResult : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        => authorizeResult switch
        {
            { Succeeded: true } => next(context),
            { Challenged: true } => Unauthenticated(context).WriteAsync(context),
            { AuthorizationFailure: { } failure } => (failure.FailureReasons.OfType<StatusFailure>().FirstOrDefault()?.Status ?? KubernetesStatus.Forbidden("forbidden")).WriteAsync(context),
            _ => KubernetesStatus.Forbidden("forbidden").WriteAsync(context),
        };

    private static KubernetesStatus Unauthenticated(HttpContext context)
        => context.Features.Get<AuthenticationProblem>()?.Status
        ?? KubernetesStatus.Unauthorized("Unauthorized: send a Kubernetes token as \"Authorization: Bearer ...\", or sign in on the page");
}

/// <summary>Why nobody was authenticated, where that is not for want of a good token: the API server could not be asked.</summary>
internal sealed record AuthenticationProblem(KubernetesStatus Status);
