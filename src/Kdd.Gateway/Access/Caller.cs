using System.Security.Claims;

namespace Kdd.Gateway.Access;

/// <summary>Who asks, as the API server knows them (<c>authentication.k8s.io/v1 UserInfo</c>).</summary>
public sealed record Caller
{
    public required string UserName { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}

/// <summary>The identity that every authentication scheme of the gateway gives: the caller, and the token that proves them.</summary>
public sealed class CallerIdentity : ClaimsIdentity
{
    /// <param name="token">Null in access mode none.</param>
    public CallerIdentity(Caller caller, string? token, string scheme)
        : base([new Claim(ClaimTypes.Name, caller.UserName)], scheme)
        => (Caller, Token) = (caller, token);

    public Caller Caller { get; }

    /// <summary>For the API server only; never written anywhere.</summary>
    public string? Token { get; }
}

internal static class CallerPrincipal
{
    public static CallerIdentity CallerIdentity(this ClaimsPrincipal user) => user.Identities.OfType<CallerIdentity>().Single();

    public static Caller Caller(this ClaimsPrincipal user) => user.CallerIdentity().Caller;
}
