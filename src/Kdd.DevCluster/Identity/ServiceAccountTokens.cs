using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>What a service account token is asked to hold.</summary>
/// <param name="Namespace">Namespace of the service account.</param>
/// <param name="ServiceAccount">Its name.</param>
/// <param name="ServiceAccountUid">Its uid: the token dies with it.</param>
/// <param name="Audiences">Whom it is for.</param>
/// <param name="Lifetime">How long it is valid; null for a legacy token from a Secret, which does not expire.</param>
public sealed record TokenClaims(
    string Namespace, string ServiceAccount, string ServiceAccountUid, IReadOnlyList<string> Audiences, TimeSpan? Lifetime)
{
    /// <summary>The object that the token is bound to (kind Pod or Secret): it dies with that, too.</summary>
    public (string Kind, string Name, string Uid)? BoundTo { get; init; }
}

/// <summary>
/// Issues and checks service account tokens: JWTs (RFC 7519) signed with ES256 by a key made at start, with the claims of a real
/// API server. A token is good while its time, its service account and what it is bound to last.
/// </summary>
public sealed class ServiceAccountTokens(ObjectStore store, TimeProvider timeProvider) : IDisposable
{
    /// <summary>The issuer, and the audience of tokens for the API server itself.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");
    private readonly ECDsa _lastingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Issues a token.</summary>
    /// <returns>The token and when it expires.</returns>
    public (string Token, DateTimeOffset Expires) Issue(TokenClaims claims)
    {
        var now = timeProvider.GetUtcNow();
        var expires = now + (claims.Lifetime ?? TimeSpan.FromDays(3650));
        var kubernetes = new JsonObject
        {
            ["namespace"] = claims.Namespace,
            ["serviceaccount"] = new JsonObject { ["name"] = claims.ServiceAccount, ["uid"] = claims.ServiceAccountUid },
        };
        if (claims.BoundTo is { } bound)
        {
            kubernetes[bound.Kind == "Pod" ? "pod" : "secret"] = new JsonObject { ["name"] = bound.Name, ["uid"] = bound.Uid };
        }
        var payload = new JsonObject
        {
            ["aud"] = new JsonArray([.. claims.Audiences.Select(audience => JsonValue.Create(audience))]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{claims.Namespace}:{claims.ServiceAccount}",
        };
        string text = $"{Encode("""{"alg":"ES256","kid":"devcluster"}""")}.{Encode(payload.ToJsonString())}";
        byte[] signature = (claims.Lifetime is null ? _lastingKey : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return ($"{text}.{Base64Url.EncodeToString(signature)}", expires);
    }

    /// <summary>The service account of a token that is valid for one of <paramref name="audiences"/>; null for any other text.</summary>
    /// <param name="token">The token.</param>
    /// <param name="audiences">Whom it may be for.</param>
    /// <param name="matched">Those of <paramref name="audiences"/> that it is for.</param>
    public UserInfo? Validate(string token, IReadOnlyList<string> audiences, out IReadOnlyList<string> matched)
    {
        matched = [];
        if (Read(token) is not { } claims || claims.Str("iss") != Issuer
            || claims.Long("exp") is not { } expires || expires <= timeProvider.GetUtcNow().ToUnixTimeSeconds())
        {
            return null;
        }
        var granted = claims.Arr("aud")?.Select(audience => (string?)audience).ToHashSet() ?? [];
        matched = [.. audiences.Where(granted.Contains)];
        string ns = claims.Str("kubernetes.io", "namespace") ?? "";
        string name = claims.Str("kubernetes.io", "serviceaccount", "name") ?? "";
        string uid = claims.Str("kubernetes.io", "serviceaccount", "uid") ?? "";
        if (matched.Count == 0 || store.Get(ServiceAccounts, ns, name) is not { } account || account.Uid() != uid)
        {
            return null;
        }
        var extra = new Dictionary<string, IReadOnlyList<string>>
        {
            ["authentication.kubernetes.io/credential-id"] = [$"JTI={claims.Str("jti")}"],
        };
        if (!IsBindingAlive(claims, ns, "pod", "pods", extra) || !IsBindingAlive(claims, ns, "secret", "secrets", extra))
        {
            return null;
        }
        return new UserInfo(
            $"system:serviceaccount:{ns}:{name}", ["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"])
        {
            Uid = uid,
            Extra = extra,
        };
    }

    /// <summary>Ends the life of all tokens that were issued with a lifetime: their key is replaced.</summary>
    public void ExpireAll() => Interlocked.Exchange(ref _key, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        _lastingKey.Dispose();
    }

    private bool IsBindingAlive(
        JsonObject claims, string ns, string claim, string resource, Dictionary<string, IReadOnlyList<string>> extra)
    {
        if (claims.Obj("kubernetes.io", claim) is not { } bound)
        {
            return true;
        }
        string name = bound.Str("name") ?? "";
        if (store.Get(new ResourceKey("", resource), ns, name) is not { } target || target.Uid() != bound.Str("uid"))
        {
            return false;
        }
        if (claim == "pod")
        {
            extra["authentication.kubernetes.io/pod-name"] = [name];
            extra["authentication.kubernetes.io/pod-uid"] = [target.Uid()];
            if (target.Str("spec", "nodeName") is { } node)
            {
                extra["authentication.kubernetes.io/node-name"] = [node];
            }
        }
        return true;
    }

    private JsonObject? Read(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(part => Base64Url.IsValid(part)))
        {
            return null;
        }
        byte[] signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        byte[] signature = Base64Url.DecodeFromChars(parts[2]);
        if (!_key.VerifyData(signed, signature, HashAlgorithmName.SHA256)
            && !_lastingKey.VerifyData(signed, signature, HashAlgorithmName.SHA256))
        {
            return null;
        }
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1])) as JsonObject;
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
