using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kdd.Gateway.Http;

/// <summary>An answer that is not data, as the Kubernetes API gives it (<c>metav1.Status</c>): kubectl, curl and the viewer read one form.</summary>
public sealed record KubernetesStatus(int Code, string Reason, string Message)
{
    [JsonPropertyOrder(-2)]
    public string Kind => "Status";

    [JsonPropertyOrder(-1)]
    public string ApiVersion => "v1";

    public string Status => "Failure";

    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    public static KubernetesStatus Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, "Unauthorized", message);

    public static KubernetesStatus Forbidden(string message) => new(StatusCodes.Status403Forbidden, "Forbidden", message);

    public static KubernetesStatus BadRequest(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static KubernetesStatus NotFound(string message) => new(StatusCodes.Status404NotFound, "NotFound", message);

    public static KubernetesStatus Unavailable(string message)
        => new(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", message) { RetryAfter = TimeSpan.FromSeconds(1) };

    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        // What a half-made answer left goes, but for a session cookie that is taken back.
        var cookies = response.Headers.SetCookie;
        response.Clear();
        response.Headers.SetCookie = cookies;
        response.StatusCode = Code;
        if (RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (Code == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        response.Headers.CacheControl = "no-store";
        await response.WriteAsJsonAsync(this, StatusJson.AsTheApiServer.KubernetesStatus, "application/json", context.RequestAborted);
    }
}

[JsonSerializable(typeof(KubernetesStatus))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    /// <summary>Quotes as <c>\"</c>, which people read in curl's output; <c>application/json</c> and nosniff keep it from being markup.</summary>
    public static StatusJson AsTheApiServer { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
