using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>authorization.k8s.io/v1: SubjectAccessReview, its Local and Self forms, and SelfSubjectRulesReview.</summary>
internal sealed class AccessReviews(Authorizer authorizer, TimeProvider timeProvider) : IRequestHandler
{
    private const string Group = "authorization.k8s.io";

    public bool Handles(RequestInfo info) => info is
    {
        Group: Group,
        Verb: "create",
        Resource: "subjectaccessreviews" or "localsubjectaccessreviews" or "selfsubjectaccessreviews" or "selfsubjectrulesreviews",
        Subresource: "",
    };

    public async Task HandleAsync(ApiRequest request)
    {
        var review = await request.ReadObjectAsync();
        bool self = request.Info.Resource.StartsWith("self", StringComparison.Ordinal);
        var user = self ? request.User : UserOf(review);
        var answer = new JsonObject
        {
            ["kind"] = review.Str("kind"),
            ["apiVersion"] = $"{Group}/v1",
            ["metadata"] = new JsonObject(),
            ["spec"] = review.Obj("spec")?.DeepClone() ?? new JsonObject(),
            ["status"] = request.Info.Resource == "selfsubjectrulesreviews" ? Rules(user, review) : Access(user, review, request.Info),
        };
        await request.WriteReviewAsync(review, answer, timeProvider);
    }

    private JsonObject Access(UserInfo user, JsonObject review, RequestInfo info)
    {
        var decision = authorizer.Authorize(user, RequestOf(review, info));
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }
        return status;
    }

    private JsonObject Rules(UserInfo user, JsonObject review)
    {
        string ns = review.Str("spec", "namespace") is { Length: > 0 } named
            ? named
            : throw Errors.BadRequest("no namespace on request");
        var resources = new JsonArray();
        var paths = new JsonArray();
        var rules = user.Groups.Contains("system:masters")
            ? BootstrapPolicy.Everything.Concat(authorizer.RulesOf(user, ns))
            : authorizer.RulesOf(user, ns);
        foreach (var rule in rules)
        {
            if (rule.Arr("nonResourceURLs") is { Count: > 0 } urls)
            {
                paths.Add(new JsonObject { ["verbs"] = rule.Arr("verbs")?.DeepClone(), ["nonResourceURLs"] = urls.DeepClone() });
            }
            else
            {
                resources.Add(rule.DeepClone());
            }
        }
        return new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false };
    }

    private static UserInfo UserOf(JsonObject review)
    {
        string name = review.Str("spec", "user") ?? "";
        string[] groups = [.. (review.Arr("spec", "groups") ?? []).Select(group => (string?)group ?? "")];
        if (name.Length == 0 && groups.Length == 0)
        {
            // The kind is empty in the real server's message too.
            const string Why = "at least one of user or group must be specified";
            throw new ApiException(422, "Invalid", $".{Group} \"\" is invalid: spec.user: Invalid value: \"\": {Why}", new JsonObject
            {
                ["group"] = Group,
                ["causes"] = new JsonArray(FieldError.Invalid("spec.user", "", Why).ToCause()),
            });
        }
        return new UserInfo(name, groups);
    }

    private static RequestInfo RequestOf(JsonObject review, RequestInfo info)
    {
        if (review.Obj("spec", "nonResourceAttributes") is { } path)
        {
            return new RequestInfo { IsResourceRequest = false, Path = path.Str("path") ?? "", Verb = path.Str("verb") ?? "" };
        }
        if (review.Obj("spec", "resourceAttributes") is not { } asked)
        {
            const string Why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
            throw new ApiException(422, "Invalid", $".{Group} \"\" is invalid: spec.resourceAttributes: Invalid value: null: {Why}", new JsonObject
            {
                ["group"] = Group,
                ["causes"] = new JsonArray(FieldError.Invalid("spec.resourceAttributes", null, Why).ToCause()),
            });
        }
        return new RequestInfo
        {
            IsResourceRequest = true,
            Path = "",
            Verb = asked.Str("verb") ?? "",
            Group = asked.Str("group") ?? "",
            Version = asked.Str("version") ?? "",
            Resource = asked.Str("resource") ?? "",
            Subresource = asked.Str("subresource") ?? "",
            Namespace = info.Namespace.Length > 0 ? info.Namespace : asked.Str("namespace") ?? "",
            Name = asked.Str("name") ?? "",
        };
    }
}
