using System.Security.Cryptography;
using System.Text;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Access;

/// <summary>Asks the API server whose a token is. Answers, also negative ones, are kept for <see cref="Lifetime"/>.</summary>
public sealed class TokenReviewer(ReviewApi api, TimeProvider timeProvider)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    // By hash: a dump of the gateway's memory should not show more tokens than the requests that are under way.
    private readonly ReviewCache<string, Caller?> _cache = new(Lifetime, timeProvider);

    /// <summary>The token's user; null when the API server does not accept it.</summary>
    /// <exception cref="ReviewFailedException">The API server gave no answer.</exception>
    public Task<Caller?> ReviewAsync(string token, CancellationToken cancellationToken)
        => _cache.GetAsync(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token))), () => AskAsync(token), cancellationToken);

    private async Task<Caller?> AskAsync(string token)
    {
        // No audience is named: the API server then takes its own, and a token made for somebody else is refused.
        var review = new Review<TokenReviewSpec, TokenReviewStatus>("authentication.k8s.io/v1", "TokenReview") { Spec = new(token) };
        TokenReviewStatus status = await api.PostAsync(ResourceType.TokenReviews, review, ReviewJson.Default.TokenReview);
        return status is { Authenticated: true, User.Username.Length: > 0 } ? status.User.ToCaller() : null;
    }
}
