using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Identity;

/// <summary>Fills Secrets of type kubernetes.io/service-account-token with a token that does not expire, the CA and the namespace.</summary>
internal sealed class LegacyTokenController(
    ObjectStore store, ServiceAccountTokens tokens, CertificateAuthority authority, TimeProvider timeProvider,
    ILogger<LegacyTokenController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";
    private static readonly ResourceKey Secrets = new("", "secrets");
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
    [
        (Secrets, secret => IsToken(secret) ? [ObjectName.Of(secret)] : []),
        (ServiceAccounts, account => Store.List(Secrets, account.Namespace())
            .Where(secret => IsToken(secret) && secret.Str("metadata", "annotations", NameAnnotation) == account.Name())
            .Select(ObjectName.Of)),
    ];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(Secrets, name.Namespace, name.Name) is not { } secret || Owners.IsBeingDeleted(secret))
        {
            return null;
        }
        string account = secret.Str("metadata", "annotations", NameAnnotation) ?? "";
        var serviceAccount = Store.Get(ServiceAccounts, name.Namespace, account);
        string? uid = secret.Str("metadata", "annotations", UidAnnotation);
        if (serviceAccount is null || (uid is not null && uid != serviceAccount.Uid()))
        {
            if (uid is not null)
            {
                // Its service account is gone: the secret goes with it.
                Store.Delete(Secrets, name.Namespace, name.Name);
            }
            return null;
        }
        if (secret.Str("data", "token") is not null)
        {
            return null;
        }
        Store.Mutate(Secrets, name.Namespace, name.Name, stored => Fill(stored, serviceAccount));
        return null;
    }

    private bool Fill(JsonObject secret, JsonObject account)
    {
        secret.Obj("metadata", "annotations")![UidAnnotation] = account.Uid();
        var claims = new TokenClaims(secret.Namespace(), account.Name(), account.Uid(), [ServiceAccountTokens.Issuer], null)
        {
            BoundTo = ("Secret", secret.Name(), secret.Uid()),
        };
        if (secret.Obj("data") is not { } data)
        {
            data = [];
            secret["data"] = data;
        }
        data["token"] = Base64(tokens.Issue(claims).Token);
        data["ca.crt"] = Base64(authority.Pem);
        data["namespace"] = Base64(secret.Namespace());
        return true;
    }

    private static bool IsToken(JsonObject secret) => secret.Str("type") == "kubernetes.io/service-account-token";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
