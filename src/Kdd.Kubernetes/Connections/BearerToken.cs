namespace Kdd.Kubernetes;

/// <summary>Where the bearer token of a request comes from. The token never appears in an exception or a log.</summary>
public abstract class BearerToken
{
    /// <summary>The current token.</summary>
    public abstract ValueTask<string> GetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A server answered 401 to <paramref name="refused"/>: looks for a newer one at once.
    /// Null when there is none; the 401 then stands.
    /// </summary>
    public abstract ValueTask<string?> RenewAsync(string refused, CancellationToken cancellationToken);

    /// <summary>A token that nothing renews: after a 401 there is no other.</summary>
    public static BearerToken Fixed(string token) => new FixedToken(token);

    private sealed class FixedToken(string token) : BearerToken
    {
        public override ValueTask<string> GetAsync(CancellationToken cancellationToken) => new(token);

        public override ValueTask<string?> RenewAsync(string refused, CancellationToken cancellationToken) => new((string?)null);
    }
}
