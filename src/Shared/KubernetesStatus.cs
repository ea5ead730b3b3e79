using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Api.Wire;

namespace Kdd.Hosting;

/// <summary>
/// An answer that is not data, as the Kubernetes API gives it (<c>metav1.Status</c>): kubectl, curl and the viewer read one form, and
/// the gateway hands an operator's on as it is. Compiled into both, which do not know each other.
/// </summary>
internal sealed partial record KubernetesStatus(int Code, string Reason, string Message)
{
    [JsonPropertyOrder(-2)]
    public string Kind { get; } = "Status";

    [JsonPropertyOrder(-1)]
    public string ApiVersion { get; } = "v1";

    public string Status { get; } = "Failure";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusDetails? Details { get; init; }

    public static KubernetesStatus BadRequest(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static KubernetesStatus BadRequest(QueryError error) => BadRequest(error.Message) with
    {
        Details = new StatusDetails { Causes = [new StatusCause("FieldValueInvalid", error.Message, error.Parameter)] },
    };

    public static KubernetesStatus NotFound(string message) => new(StatusCodes.Status404NotFound, "NotFound", message);

    public static KubernetesStatus NotAcceptable(string message) => new(StatusCodes.Status406NotAcceptable, "NotAcceptable", message);

    public static KubernetesStatus Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, "Unauthorized", message);

    public static KubernetesStatus Forbidden(string message) => new(StatusCodes.Status403Forbidden, "Forbidden", message);

    public static KubernetesStatus Conflict(string message) => new(StatusCodes.Status409Conflict, "Conflict", message);

    public static KubernetesStatus Misdirected(string message) => new(StatusCodes.Status421MisdirectedRequest, "Misdirected", message);

    public static KubernetesStatus TooManyRequests(string message, int retryAfterSeconds)
        => new(StatusCodes.Status429TooManyRequests, "TooManyRequests", message) { Details = new StatusDetails { RetryAfterSeconds = retryAfterSeconds } };

    public static KubernetesStatus Unavailable(string message, int retryAfterSeconds = 1)
        => new(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", message) { Details = new StatusDetails { RetryAfterSeconds = retryAfterSeconds } };

    public Task WriteAsync(HttpContext http)
    {
        Prepare(http.Response);
        http.Response.StatusCode = Code;
        http.Response.Headers.CacheControl = "no-store";
        if (Details?.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return http.Response.WriteAsJsonAsync(this, StatusJson.AsTheApiServer.KubernetesStatus, "application/json", http.RequestAborted);
    }

    /// <summary>What a program does to every such answer before it is made.</summary>
    partial void Prepare(HttpResponse response);
}

/// <summary>As <c>metav1.StatusDetails</c>, as far as kdd uses it.</summary>
internal sealed record StatusDetails
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StatusCause>? Causes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>As <c>metav1.StatusCause</c>: which field, or parameter, and why.</summary>
internal sealed record StatusCause(string Reason, string Message, string Field);

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
