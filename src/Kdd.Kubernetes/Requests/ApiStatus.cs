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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(string))]
internal sealed partial class ApiStatusJson : JsonSerializerContext;
