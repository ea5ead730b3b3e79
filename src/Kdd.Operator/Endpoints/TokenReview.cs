using System.Text.Json.Serialization;

namespace Kdd.Operator.Endpoints;

/// <summary><c>authentication.k8s.io/v1</c> TokenReview.</summary>
internal sealed record TokenReview
{
    public string ApiVersion { get; set; } = "authentication.k8s.io/v1";
    public string Kind { get; set; } = "TokenReview";
    public required TokenReviewSpec Spec { get; init; }
    public TokenReviewStatus? Status { get; set; }
}

internal sealed record TokenReviewSpec(string? Token, IReadOnlyList<string>? Audiences);

internal sealed record TokenReviewStatus(bool Authenticated, TokenReviewUser? User, IReadOnlyList<string>? Audiences);

internal sealed record TokenReviewUser(string? Username);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenReview))]
internal sealed partial class TokenReviewJson : JsonSerializerContext;
