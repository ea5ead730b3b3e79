using System.Net;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Requests of <c>pods/log</c>. The client library's own cannot carry <c>sinceTime</c>, escape no path parameter, cannot be
/// cancelled while reading, and give up on a quiet container after 100 s.
/// </summary>
/// <param name="http">
/// Base address and credentials of the API server. Its Timeout must be infinite: an older kubelet holds the response
/// headers back until the container writes.
/// </param>
public sealed class PodLogClient(HttpClient http)
{
    /// <summary>Of a failure's body; a Status is a few hundred bytes.</summary>
    private const int MaxFailureBody = 16 << 10;

    /// <summary>Opens a log. Failures of the network and of the server are answers, not exceptions.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    internal async Task<PodLogResponse> OpenAsync(PodLogRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, request.ToPath().ToUri())
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                var opened = new PodLogResponse(response, await response.Content.ReadAsStreamAsync(cancellationToken));
                response = null;
                return opened;
            }

            return new PodLogResponse(await ReadFailureAsync(response, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new PodLogResponse(PodLogFailure.Unreachable);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private static async Task<PodLogFailure> ReadFailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return new PodLogFailure(204, "Unscheduled", "the pod has no node yet");
        }

        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[MaxFailureBody];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return PodLogFailure.FromStatus((int)response.StatusCode, buffer.AsSpan(0, length), RetryAfterOf(response));
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response)
        => response.Headers.RetryAfter?.Delta is { } delta && delta >= TimeSpan.Zero ? delta : null;
}
