using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Kdd.Kubernetes;

/// <summary>Turns an unsuccessful answer into a <see cref="KubernetesApiException"/>.</summary>
internal static class ApiErrors
{
    private const int MaxBody = 64 * 1024;
    private const int MaxMessage = 1_000;

    public static async Task<KubernetesApiException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await ReadStartAsync(response, cancellationToken).ConfigureAwait(false);
        return From(response.StatusCode, body, RetryAfter(response.Headers));
    }

    /// <summary>An error whose body is a <c>Status</c>, or any text where a proxy answered.</summary>
    internal static KubernetesApiException From(HttpStatusCode code, ReadOnlySpan<byte> body, TimeSpan? retryAfter = null)
    {
        ApiStatus? status = null;
        try
        {
            status = JsonSerializer.Deserialize(body, ApiStatusJson.Default.ApiStatus);
        }
        catch (JsonException)
        {
            // Before a CRD is served the API server itself answers "404 page not found" in plain text.
        }

        string message = status is { Kind: "Status", Message.Length: > 0 } ? status.Message : $"the API server answered {(int)code}";
        return new KubernetesApiException(
            status is { Code: > 0 } ? (HttpStatusCode)status.Code : code,
            status?.Reason,
            message.Length > MaxMessage ? message[..MaxMessage] : message,
            retryAfter);
    }

    private static TimeSpan? RetryAfter(HttpResponseHeaders headers) => headers.RetryAfter?.Delta;

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[MaxBody];
        int length = await stream.ReadAtLeastAsync(buffer, MaxBody, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return buffer[..length];
    }
}
