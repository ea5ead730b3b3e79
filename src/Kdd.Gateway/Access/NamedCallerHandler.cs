using System.Security.Claims;
using System.Text.Encodings.Web;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Kdd.Gateway.Access;

/// <summary>Scheme of access mode none: everybody is the user of the named credentials.</summary>
public sealed class NamedCallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, NamedCaller named)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "None";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            Caller caller = await named.GetAsync(Context.RequestAborted);
            return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller, token: null, SchemeName)), SchemeName));
        }
        catch (ReviewFailedException e)
        {
            Logger.LogWarning("A request is refused: {Problem}", e.Message);
            Context.Features.Set(new AuthenticationProblem(KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whose the --access-credentials are")));
            return AuthenticateResult.Fail(e.Message);
        }
    }
}

/// <summary>The user of <c>--access-credentials</c>, as a SelfSubjectReview names them.</summary>
public sealed class NamedCaller(ReviewApi named, TimeProvider timeProvider)
{
    private static readonly ResourceType SelfReviews = new("authentication.k8s.io", "v1", "selfsubjectreviews", Namespaced: false);

    private readonly ReviewCache<string, Caller> _cache = new(TimeSpan.FromMinutes(1), timeProvider);

    /// <exception cref="ReviewFailedException">The API server gave no answer.</exception>
    public Task<Caller> GetAsync(CancellationToken cancellationToken) => _cache.GetAsync("", AskAsync, cancellationToken);

    private async Task<Caller> AskAsync()
    {
        var review = new Review<EmptySpec, SelfSubjectReviewStatus>("authentication.k8s.io/v1", "SelfSubjectReview");
        SelfSubjectReviewStatus status = await named.PostAsync(SelfReviews, review, ReviewJson.Default.SelfSubjectReview);
        return status.UserInfo?.ToCaller() ?? throw new ReviewFailedException("the API server answered a SelfSubjectReview without a user");
    }
}
