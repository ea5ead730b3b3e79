using System.Security.Claims;
using System.Text.Encodings.Web;
using Kdd.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Kdd.Gateway.Access;

/// <summary>Scheme of a request that brings its own token: <c>Authorization: Bearer</c>, reviewed by the API server.</summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenReviewer reviewer)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        string token = header[Prefix.Length..].Trim();
        try
        {
            return await reviewer.ReviewAsync(token, Context.RequestAborted) is { } caller
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller, token, SchemeName)), SchemeName))
                : AuthenticateResult.Fail("the API server does not accept the token");
        }
        catch (ReviewFailedException e)
        {
            Logger.LogWarning("A request is refused: {Problem}", e.Message);
            Context.Features.Set(new AuthenticationProblem(KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whose token this is")));
            return AuthenticateResult.Fail(e.Message);
        }
    }
}
