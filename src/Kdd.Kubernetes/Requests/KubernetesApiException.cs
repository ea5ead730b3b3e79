using System.Net;

namespace Kdd.Kubernetes;

/// <summary>The API server refused or failed a request. The message is its <c>Status</c>'s own, cut to 1,000 characters.</summary>
public sealed class KubernetesApiException(HttpStatusCode code, string? reason, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>The <c>Status</c>'s own code, or the answer's where there was none.</summary>
    public HttpStatusCode Code { get; } = code;

    /// <summary>Such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>Expired</c>; null where the answer was not a <c>Status</c>.</summary>
    public string? Reason { get; } = reason;

    /// <summary>How long the server asks to be left alone (<c>Retry-After</c> of 429 and 503).</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The object, or the resource itself, does not exist.</summary>
    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>Somebody else wrote in between, or the name is taken.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict;

    /// <summary>RBAC refuses it; the message names verb, resource and namespace.</summary>
    public bool IsForbidden => Code == HttpStatusCode.Forbidden;

    /// <summary>
    /// The resourceVersion or continue token lies before the server's history (410), or beyond it after a restore
    /// (504 "Too large resource version"): only a new list helps.
    /// </summary>
    public bool IsExpired => Code is HttpStatusCode.Gone || (Code is HttpStatusCode.GatewayTimeout && Message.Contains("resource version", StringComparison.OrdinalIgnoreCase));
}
