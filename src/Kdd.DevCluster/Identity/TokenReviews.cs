using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>authentication.k8s.io/v1: TokenReview and SelfSubjectReview.</summary>
internal sealed class TokenReviews(Authenticator authenticator, TimeProvider timeProvider) : IRequestHandler
{
    public bool Handles(RequestInfo info) => info is
    {
        Group: "authentication.k8s.io", Verb: "create", Resource: "tokenreviews" or "selfsubjectreviews", Subresource: "",
    };

    public async Task HandleAsync(ApiRequest request)
    {
        var review = await request.ReadObjectAsync();
        if (request.Info.Resource == "selfsubjectreviews")
        {
            await request.WriteObjectAsync(201, new JsonObject
            {
                ["kind"] = "SelfSubjectReview",
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["metadata"] = new JsonObject { ["creationTimestamp"] = PodStatus.Time(timeProvider.GetUtcNow()) },
                ["status"] = new JsonObject { ["userInfo"] = ToJson(request.User) },
            });
            return;
        }
        await request.WriteReviewAsync(review, new JsonObject
        {
            ["kind"] = "TokenReview",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject(),
            ["spec"] = review.Obj("spec")?.DeepClone() ?? new JsonObject(),
            ["status"] = Status(review),
        }, timeProvider);
    }

    private JsonObject Status(JsonObject review)
    {
        string token = review.Str("spec", "token") ?? "";
        if (token.Length == 0)
        {
            throw Errors.BadRequest("token is required for TokenReview in authentication");
        }
        string[] audiences = [.. (review.Arr("spec", "audiences") ?? []).Select(audience => (string?)audience ?? "")];
        if (authenticator.Authenticate(token, audiences, out var matched) is not { } user)
        {
            return new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
        }
        return new JsonObject
        {
            ["authenticated"] = true,
            ["user"] = ToJson(user),
            ["audiences"] = new JsonArray([.. matched.Select(audience => JsonValue.Create(audience))]),
        };
    }

    private static JsonObject ToJson(UserInfo user)
    {
        var json = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            json["uid"] = user.Uid;
        }
        json["groups"] = new JsonArray([.. user.Groups.Select(group => JsonValue.Create(group))]);
        if (user.Extra.Count > 0)
        {
            json["extra"] = new JsonObject(user.Extra.Select(entry => KeyValuePair.Create(
                entry.Key, (JsonNode?)new JsonArray([.. entry.Value.Select(value => JsonValue.Create(value))]))));
        }
        return json;
    }
}
