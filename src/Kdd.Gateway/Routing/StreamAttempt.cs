using System.Net;

namespace Kdd.Gateway.Routing;

/// <summary>One try at forwarding a stream request, kept with the request: what the operator answered that is no stream yet.</summary>
internal sealed class StreamAttempt
{
    /// <summary>Longest refusal that is kept to be passed on.</summary>
    private const int MaxBody = 16 * 1024;

    /// <summary>421 or 503; null when the answer was passed on.</summary>
    public HttpStatusCode? Refusal { get; private set; }

    /// <summary>The member that owns the namespace, by the word of one that does not.</summary>
    public string? OwnerHint { get; init; }

    /// <summary>With <see cref="Refusal"/>: the operator's <c>Status</c>.</summary>
    public byte[] Body { get; private set; } = [];

    public string? Owner { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Whether <paramref name="status"/> means that another try may fare better: not the owner, or not ready.</summary>
    public static bool IsRefusal(HttpStatusCode status) => status is HttpStatusCode.MisdirectedRequest or HttpStatusCode.ServiceUnavailable;

    public async Task ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Refusal = response.StatusCode;
        RetryAfter = response.Headers.RetryAfter?.Delta;
        Owner = response.Headers.TryGetValues(Kdd.Api.Wire.WireHeaders.Owner, out IEnumerable<string>? owners) ? owners.FirstOrDefault() : null;
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[MaxBody];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        Body = buffer[..length];
    }
}
