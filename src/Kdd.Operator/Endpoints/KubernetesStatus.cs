using System.Globalization;
using System.Text.Json.Serialization;

namespace Kdd.Operator.Endpoints;

/// <summary>An answer that is not data, as the Kubernetes API gives it (<c>metav1.Status</c>); the gateway hands it on as it is.</summary>
internal sealed record KubernetesStatus(int Code, string Reason, string Message)
{
    [JsonPropertyOrder(-2)]
    public string Kind { get; } = "Status";

    [JsonPropertyOrder(-1)]
    public string ApiVersion { get; } = "v1";

    public string Status { get; } = "Failure";

    public static KubernetesStatus Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, "Unauthorized", message);

    public static KubernetesStatus Forbidden(string message) => new(StatusCodes.Status403Forbidden, "Forbidden", message);

    public static KubernetesStatus Conflict(string message) => new(StatusCodes.Status409Conflict, "Conflict", message);

    public static KubernetesStatus Misdirected(string message) => new(StatusCodes.Status421MisdirectedRequest, "Misdirected", message);

    public static KubernetesStatus Unavailable(string message) => new(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", message);

    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Code;
        http.Response.Headers.CacheControl = "no-store";
        if (Code == StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        }

        return http.Response.WriteAsJsonAsync(this, StatusJson.Default.KubernetesStatus, "application/json", http.RequestAborted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KubernetesStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
