using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Http;

/// <summary>A failure that is answered as a meta/v1 <c>Status</c>.</summary>
/// <param name="code">HTTP status code.</param>
/// <param name="reason">Machine-readable reason such as NotFound; empty where the API server gives none.</param>
/// <param name="message">What a user reads.</param>
/// <param name="details">Status.details; null leaves it empty.</param>
public sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    /// <summary>HTTP status code.</summary>
    public int Code { get; } = code;

    /// <summary>Machine-readable reason.</summary>
    public string Reason { get; } = reason;

    /// <summary>Name, kind, causes and retryAfterSeconds.</summary>
    public JsonObject? Details { get; } = details;

    /// <summary>Seconds for a Retry-After header; null sends none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>metadata.continue of the Status: where a client whose token expired may go on inconsistently.</summary>
    public string? Continue { get; init; }

    /// <summary>The body that a client gets.</summary>
    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? new JsonObject() : new JsonObject { ["continue"] = Continue },
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }
}
