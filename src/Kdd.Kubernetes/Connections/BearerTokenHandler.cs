using System.Net;
using System.Net.Http.Headers;

namespace Kdd.Kubernetes;

/// <summary>
/// Puts the connection's token on requests that carry no <c>Authorization</c> of their own, and repeats a request once
/// when it was refused with 401 and a newer token is to be had.
/// </summary>
internal sealed class BearerTokenHandler(BearerToken token) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is not null)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        string sent = await token.GetAsync(cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sent);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // Only what is still in memory can be sent a second time.
        if (response.StatusCode == HttpStatusCode.Unauthorized && request.Content is null or ByteArrayContent or ReadOnlyMemoryContent
            && await token.RenewAsync(sent, cancellationToken).ConfigureAwait(false) is { } renewed)
        {
            response.Dispose();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", renewed);
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }
}
