using System.Text.Json.Serialization;

namespace Kdd.Kubernetes;

/// <summary>The part of <c>metav1.Status</c> that a client acts on.</summary>
internal sealed record ApiStatus
{
    public string? Kind { get; set; }
    public string? Message { get; set; }
    public string? Reason { get; set; }
    public int Code { get; set; }
}

/// <summary><c>metav1.DeleteOptions</c>.</summary>
internal sealed record DeleteOptions(DeletePreconditions? Preconditions)
{
    public string ApiVersion { get; } = "v1";
    public string Kind { get; } = "DeleteOptions";
}

internal sealed record DeletePreconditions(string? Uid, string? ResourceVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(DeleteOptions))]
internal sealed partial class ApiStatusJson : JsonSerializerContext;
