namespace Kdd.Gateway.Access;

/// <summary>Whether a caller who was authenticated before still is: a token can expire or be deleted while its stream lives.</summary>
public sealed class CallerConfirmation(TokenReviewer reviewer)
{
    /// <summary>The caller as the API server knows them now; null when their token is no longer accepted.</summary>
    /// <exception cref="ReviewFailedException">The API server gave no answer.</exception>
    public async Task<Caller?> ConfirmAsync(CallerIdentity identity, CancellationToken cancellationToken)
        => identity.Token is { } token ? await reviewer.ReviewAsync(token, cancellationToken) : identity.Caller;
}
