using System.Security.Claims;
using Kdd.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Kdd.Gateway.Access;

/// <summary>
/// Scheme of a browser that signed in: the token lies encrypted in a cookie that scripts cannot read and other sites cannot
/// send. The gateway keeps nothing; each request is as good as its token is now.
/// </summary>
public static class SessionCookie
{
    public const string SchemeName = "Session";

    /// <summary>In UTF-8. Encrypted and in base64 it must fit one cookie of 4,096 bytes.</summary>
    public const int MaxTokenBytes = 2500;

    private const string TokenName = "access_token";

    /// <summary>Of a token that does not say when it ends.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    public static void Configure(CookieAuthenticationOptions cookie, GatewayOptions options)
    {
        // __Host-: the browser takes it over TLS only, for this host only, so that no neighbour's host can plant one.
        cookie.Cookie.Name = NameOf(options);
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        cookie.Cookie.SecurePolicy = options.ServesTls ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.Cookie.Path = "/";
        cookie.SlidingExpiration = false;
        cookie.ExpireTimeSpan = Longest;
        cookie.Events.OnValidatePrincipal = ReviewAsync;
    }

    public static string NameOf(GatewayOptions options) => options.ServesTls ? "__Host-kdd-session" : "kdd-session";

    /// <returns>When the session ends at the latest.</returns>
    public static async Task<DateTimeOffset> SignInAsync(HttpContext context, Caller caller, string token, TimeProvider timeProvider)
    {
        DateTimeOffset latest = timeProvider.GetUtcNow() + Longest;
        DateTimeOffset ends = TokenExpiry.Of(token) is { } expiry && expiry < latest ? expiry : latest;
        var properties = new AuthenticationProperties { ExpiresUtc = ends, AllowRefresh = false };
        properties.StoreTokens([new AuthenticationToken { Name = TokenName, Value = token }]);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, caller.UserName)], SchemeName);
        await context.SignInAsync(SchemeName, new ClaimsPrincipal(identity), properties);
        return ends;
    }

    private static async Task ReviewAsync(CookieValidatePrincipalContext context)
    {
        HttpContext http = context.HttpContext;
        string token = context.Properties.GetTokenValue(TokenName) ?? "";
        try
        {
            if (await http.RequestServices.GetRequiredService<TokenReviewer>().ReviewAsync(token, http.RequestAborted) is { } caller)
            {
                context.ReplacePrincipal(new ClaimsPrincipal(new CallerIdentity(caller, token, SchemeName)));
                return;
            }

            context.RejectPrincipal();
            await http.SignOutAsync(SchemeName);
        }
        catch (ReviewFailedException)
        {
            // The session may well be good: it is refused now, and kept.
            context.RejectPrincipal();
            http.Features.Set(new AuthenticationProblem(KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whose session this is")));
        }
    }
}
