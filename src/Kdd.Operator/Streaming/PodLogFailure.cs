using System.Net;
using System.Text.Json;

namespace Kdd.Operator.Streaming;

/// <summary>Why <c>pods/log</c> gave no lines.</summary>
/// <param name="Code">HTTP code; 0 when there was no answer.</param>
/// <param name="Reason">Kubernetes' reason, or one of kdd's: <c>Unreachable</c>, <c>KubeletUnreachable</c>, <c>KubeletText</c>.</param>
/// <param name="Message">For people; holds no address.</param>
/// <param name="RetryAfter">The least time the server asks to wait.</param>
public sealed record PodLogFailure(int Code, string Reason, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Longest message taken over from a server.</summary>
    private const int MaxMessage = 1024;

    /// <summary>Not a matter of time: the operator lacks the right.</summary>
    public bool IsDenied => Code is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden;

    public static PodLogFailure Unreachable { get; } = new(0, "Unreachable", "the API server does not answer");

    public static PodLogFailure FromText(string text) => new((int)HttpStatusCode.OK, "KubeletText", Shorten(text));

    /// <summary>Reads the <c>Status</c> body of an answer that is not 200.</summary>
    public static PodLogFailure FromStatus(int code, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        string? reason = null;
        string? message = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            using JsonDocument status = JsonDocument.ParseValue(ref reader);
            reason = Text(status.RootElement, "reason");
            message = Text(status.RootElement, "message");
        }
        catch (JsonException)
        {
            // A proxy's page; the code says enough.
        }

        return code >= 500 && reason is null
            // The kubelet's address stands in such a message: Get "https://node-1:10250/containerLogs/…": dial tcp …
            ? new PodLogFailure(code, "KubeletUnreachable", "the API server does not reach the kubelet of the pod's node", retryAfter)
            : new PodLogFailure(code, reason ?? $"Http{code}", Shorten(message ?? $"the API server answered {code}"), retryAfter);
    }

    private static string? Text(JsonElement status, string name)
        => status.ValueKind == JsonValueKind.Object && status.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Shorten(string text) => text.Length <= MaxMessage ? text : text[..MaxMessage];
}
