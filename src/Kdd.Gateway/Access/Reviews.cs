using System.Text.Json.Serialization;

namespace Kdd.Gateway.Access;

/// <summary>A review object of the authentication and authorization APIs: posted with a spec, answered with a status.</summary>
internal sealed record Review<TSpec, TStatus>(string ApiVersion, string Kind)
{
    public TSpec? Spec { get; init; }

    public TStatus? Status { get; init; }
}

internal sealed record TokenReviewSpec(string Token);

internal sealed record TokenReviewStatus(bool Authenticated, UserInfo? User, string? Error);

internal sealed record UserInfo(string? Username, string? Uid, IReadOnlyList<string>? Groups, IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra)
{
    public Caller ToCaller() => new() { UserName = Username ?? "", Uid = Uid, Groups = Groups ?? [], Extra = Extra };
}

internal sealed record SelfSubjectReviewStatus(UserInfo? UserInfo);

internal sealed record EmptySpec;

/// <summary>The user fields are null in a SelfSubjectAccessReview.</summary>
internal sealed record AccessReviewSpec(ResourceAttributes ResourceAttributes)
{
    public string? User { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}

internal sealed record ResourceAttributes(string Namespace, string Verb, string Group, string Resource)
{
    public string? Subresource { get; init; }

    public string? Name { get; init; }
}

internal sealed record AccessReviewStatus(bool Allowed, string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Review<TokenReviewSpec, TokenReviewStatus>), TypeInfoPropertyName = "TokenReview")]
[JsonSerializable(typeof(Review<AccessReviewSpec, AccessReviewStatus>), TypeInfoPropertyName = "AccessReview")]
[JsonSerializable(typeof(Review<EmptySpec, SelfSubjectReviewStatus>), TypeInfoPropertyName = "SelfSubjectReview")]
[JsonSerializable(typeof(Caller))]
internal sealed partial class ReviewJson : JsonSerializerContext;
