using System.Collections.Concurrent;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Identity;

/// <summary>Finds out who sends a request: users by a static token, service accounts by theirs.</summary>
public sealed class Authenticator(ServiceAccountTokens tokens)
{
    private static readonly string[] ApiAudiences = [ServiceAccountTokens.Issuer];
    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);

    /// <summary>Makes a user known by a bearer token.</summary>
    public void AddUser(string token, UserInfo user) => _users[token] = user;

    /// <summary>The user of the request; <see cref="UserInfo.Anonymous"/> without credentials.</summary>
    /// <exception cref="ApiException">401 for a token that is not known or has expired; 501 for impersonation.</exception>
    public UserInfo Authenticate(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey("Impersonate-User"))
        {
            throw new ApiException(501, "NotImplemented", "impersonation is not implemented by DevCluster");
        }
        string header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return UserInfo.Anonymous;
        }
        return Authenticate(header["Bearer ".Length..].Trim(), ApiAudiences, out _)
            ?? throw new ApiException(401, "Unauthorized", "Unauthorized");
    }

    /// <summary>The user of a token that is good for one of <paramref name="audiences"/>; null otherwise.</summary>
    /// <param name="token">A bearer token.</param>
    /// <param name="audiences">Whom it may be for; empty stands for the API server.</param>
    /// <param name="matched">Those that it is for. A user's static token is for the API server.</param>
    public UserInfo? Authenticate(string token, IReadOnlyList<string> audiences, out IReadOnlyList<string> matched)
    {
        if (audiences.Count == 0)
        {
            audiences = ApiAudiences;
        }
        if (_users.TryGetValue(token, out var user))
        {
            matched = [.. audiences.Intersect(ApiAudiences)];
            return matched.Count > 0 ? user : null;
        }
        return tokens.Validate(token, audiences, out matched);
    }
}
