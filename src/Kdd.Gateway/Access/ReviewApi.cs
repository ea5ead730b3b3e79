using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kdd.Gateway.Telemetry;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Access;

/// <summary>Posts reviews to the API server.</summary>
public sealed class ReviewApi(HttpClient api, GatewayMetrics metrics, TimeProvider timeProvider)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <exception cref="ReviewFailedException">The API server gave no decision; the message says why, without the token.</exception>
    internal async Task<TStatus> PostAsync<TSpec, TStatus>(
        ResourceType type, Review<TSpec, TStatus> review, JsonTypeInfo<Review<TSpec, TStatus>> json)
    {
        using var deadline = new CancellationTokenSource(Deadline, timeProvider);
        try
        {
            using HttpResponseMessage response = await api.PostAsync(ApiPath.To(type).ToUri(), JsonContent.Create(review, json), deadline.Token);
            if (!response.IsSuccessStatusCode)
            {
                metrics.Reviewed(review.Kind, answered: false);
                throw new ReviewFailedException($"the API server answered {(int)response.StatusCode} to a {review.Kind}");
            }

            TStatus? status = (await response.Content.ReadFromJsonAsync(json, deadline.Token))!.Status;
            metrics.Reviewed(review.Kind, answered: status is not null);
            return status ?? throw new ReviewFailedException($"the API server answered a {review.Kind} without a status");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            metrics.Reviewed(review.Kind, answered: false);
            throw new ReviewFailedException($"the API server could not be asked for a {review.Kind}: {e.Message}", e);
        }
    }
}

/// <summary>No decision could be had; nothing is let through.</summary>
public sealed class ReviewFailedException(string message, Exception? inner = null) : Exception(message, inner);
