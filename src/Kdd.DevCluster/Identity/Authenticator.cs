using System.Collections.Concurrent;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Identity;

/// <summary>Finds out who sends a request.</summary>
public sealed class Authenticator
{
    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);

    /// <summary>Makes a user known by a bearer token.</summary>
    public void AddUser(string token, UserInfo user) => _users[token] = user;

    /// <summary>The user of the request; <see cref="UserInfo.Anonymous"/> without credentials.</summary>
    /// <exception cref="ApiException">401 for a token that is not known or has expired.</exception>
    public UserInfo Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return UserInfo.Anonymous;
        }

        return _users.TryGetValue(header["Bearer ".Length..].Trim(), out var user)
            ? user
            : throw new ApiException(401, "Unauthorized", "Unauthorized");
    }
}
