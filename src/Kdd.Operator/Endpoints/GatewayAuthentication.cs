using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kdd.Hosting;
using Kdd.Kubernetes;

namespace Kdd.Operator.Endpoints;

/// <summary>
/// Lets only the gateway's service account in, by a token made for this audience. TokenReview answers are kept for 30 s,
/// under the hash of the token: a memory dump shows none.
/// </summary>
internal sealed class GatewayAuthentication(KubernetesApi api, OperatorOptions options, TimeProvider timeProvider, ILogger<GatewayAuthentication> logger) : IMiddleware
{
    public const string Audience = "kdd-operator";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>Gateways have a few tokens; a flood of made-up ones must not fill memory.</summary>
    private const int MaxCached = 1000;

    private const string Scheme = "Bearer ";

    private readonly ConcurrentDictionary<string, (string? User, long At)> _reviewed = new();

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        string authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            await KubernetesStatus.Unauthorized("a bearer token of audience kdd-operator is needed").WriteAsync(http);
            return;
        }

        string? user;
        try
        {
            user = await ReviewAsync(authorization[Scheme.Length..].Trim(), http.RequestAborted);
        }
        catch (Exception e) when (e is KubernetesApiException or HttpRequestException or TimeoutException)
        {
            AuthenticationLog.NotReviewed(logger, e.Message);
            await KubernetesStatus.Unavailable("the API server could not be asked whose token this is").WriteAsync(http);
            return;
        }

        if (user is null)
        {
            await KubernetesStatus.Unauthorized("the token is not valid for the audience kdd-operator").WriteAsync(http);
        }
        else if (user != options.GatewayServiceAccount)
        {
            await KubernetesStatus.Forbidden($"only {options.GatewayServiceAccount} may read streams here, you are {user}").WriteAsync(http);
        }
        else
        {
            // A stream lives for hours, and nothing of it needs the token: 2 KiB a viewer, and one place less that shows it.
            http.Request.Headers.Authorization = default;
            await next(http);
        }
    }

    /// <summary>The user name; null when the token is not valid.</summary>
    private async Task<string?> ReviewAsync(string token, CancellationToken cancellationToken)
    {
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_reviewed.TryGetValue(key, out var known) && timeProvider.GetElapsedTime(known.At) < Lifetime)
        {
            return known.User;
        }

        long asked = timeProvider.GetTimestamp();
        var review = new TokenReview { Spec = new TokenReviewSpec(token, [Audience]) };
        TokenReviewStatus? status = (await api.CreateAsync(ApiPath.To(ResourceType.TokenReviews), review, TokenReviewJson.Default.TokenReview, cancellationToken)).Status;

        // An API server that knows nothing of audiences would leave the list empty (KEP-1205): that is no yes.
        string? user = status is { Authenticated: true } && status.Audiences?.Contains(Audience) == true ? status.User?.Username : null;
        if (_reviewed.Count >= MaxCached)
        {
            _reviewed.Clear();
        }

        _reviewed[key] = (user, asked);
        return user;
    }
}

internal static partial class AuthenticationLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "TokenReview failed: {Failure}")]
    public static partial void NotReviewed(ILogger logger, string failure);
}
