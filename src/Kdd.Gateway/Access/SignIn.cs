using System.Text;
using Kdd.Gateway.Streams;
using Kdd.Gateway.Telemetry;
using Kdd.Hosting;

namespace Kdd.Gateway.Access;

/// <summary>Exchanges a token for a session, whichever way it was sent in.</summary>
public sealed class SignIn(TokenReviewer reviewer, StreamAudit audit, GatewayMetrics metrics, TimeProvider timeProvider)
{
    /// <summary>Sets the session cookie, or says why not.</summary>
    internal async Task<(KubernetesStatus? Refusal, SessionInfo? Session)> TryAsync(HttpContext context, string text)
    {
        string token = text.Trim();
        if (Malformed(token) is { } malformed)
        {
            return (KubernetesStatus.BadRequest(malformed), null);
        }

        try
        {
            if (await reviewer.ReviewAsync(token, context.RequestAborted) is not { } caller)
            {
                audit.SignInRefused(context);
                metrics.SignedIn(accepted: false);
                return (KubernetesStatus.Unauthorized("the Kubernetes API server does not accept this token: it may have expired, or be for another cluster"), null);
            }

            DateTimeOffset ends = await SessionCookie.SignInAsync(context, caller, token, timeProvider);
            audit.SignedIn(caller);
            metrics.SignedIn(accepted: true);
            return (null, new SessionInfo(caller.UserName, "kubernetes") { ExpiresAt = ends });
        }
        catch (ReviewFailedException)
        {
            return (KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whose token this is"), null);
        }
    }

    private static string? Malformed(string token)
    {
        int bytes = Encoding.UTF8.GetByteCount(token);
        return bytes switch
        {
            0 => "the token is empty: give a Kubernetes bearer token, such as kubectl create token prints",
            > SessionCookie.MaxTokenBytes => $"the token has {bytes} bytes, and at most {SessionCookie.MaxTokenBytes} fit the session cookie; "
                + "use a token with fewer claims, or send this one as \"Authorization: Bearer ...\" instead of signing in",
            _ => null,
        };
    }
}
