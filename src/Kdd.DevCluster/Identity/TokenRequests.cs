using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>serviceaccounts/token: issues a token by TokenRequest (<c>kubectl create token</c>).</summary>
internal sealed class TokenRequests(ObjectStore store, ServiceAccountTokens tokens, TimeProvider timeProvider) : IRequestHandler
{
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");

    public bool Handles(RequestInfo info) => info is { Group: "", Verb: "create", Resource: "serviceaccounts", Subresource: "token" };

    public async Task HandleAsync(ApiRequest request)
    {
        var (ns, name) = (request.Info.Namespace, request.Info.Name);
        var account = store.Get(ServiceAccounts, ns, name) ?? throw Errors.NotFound(ServiceAccounts, name);
        var body = await request.ReadObjectAsync();
        long seconds = body.Long("spec", "expirationSeconds") ?? 3600;
        CheckLifetime(seconds);
        string[] audiences = [.. (body.Arr("spec", "audiences") ?? []).Select(audience => (string?)audience ?? "")];
        var bound = body.Obj("spec", "boundObjectRef");
        var (token, expires) = tokens.Issue(
            new TokenClaims(ns, name, account.Uid(), audiences.Length > 0 ? audiences : [ServiceAccountTokens.Issuer], TimeSpan.FromSeconds(seconds))
            {
                BoundTo = bound is null ? null : Bind(ns, bound),
            });
        await request.WriteReviewAsync(body, new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["uid"] = account.Uid(),
                ["creationTimestamp"] = PodStatus.Time(timeProvider.GetUtcNow()),
            },
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray(
                    [.. (audiences.Length > 0 ? audiences : [ServiceAccountTokens.Issuer]).Select(audience => JsonValue.Create(audience))]),
                ["expirationSeconds"] = seconds,
                ["boundObjectRef"] = bound?.DeepClone(),
            },
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = PodStatus.Time(expires) },
        }, timeProvider);
    }

    private static void CheckLifetime(long seconds)
    {
        string? why = seconds < LeastSeconds ? "may not specify a duration less than 10 minutes"
            : seconds > MostSeconds ? "may not specify a duration larger than 2^32 seconds" : null;
        if (why is not null)
        {
            throw Errors.Invalid(
                "authentication.k8s.io", "TokenRequest", "", [FieldError.Invalid("spec.expirationSeconds", seconds, why)]);
        }
    }

    private (string Kind, string Name, string Uid) Bind(string ns, JsonObject reference)
    {
        string kind = reference.Str("kind") ?? "";
        string name = reference.Str("name") ?? "";
        var type = kind switch
        {
            "Pod" => new ResourceKey("", "pods"),
            "Secret" => new ResourceKey("", "secrets"),
            _ => throw Errors.BadRequest($"cannot bind token for serviceaccount to object with kind \"{kind}\": use Pod or Secret"),
        };
        var target = store.Get(type, ns, name) ?? throw Errors.NotFound(type, name);
        string uid = reference.Str("uid") ?? "";
        if (uid.Length > 0 && uid != target.Uid())
        {
            throw Errors.Conflict(type, name, $"the UID in the bound object reference ({uid}) does not match the UID in record. "
                + "The object might have been deleted and then recreated");
        }
        return (kind, name, target.Uid());
    }
}
