using Kdd.Hosting;

namespace Kdd.Gateway.Http;

/// <summary>
/// Refuses data to pages of other origins. A browser says where a request comes from in <c>Sec-Fetch-Site</c> and
/// <c>Origin</c>, which scripts cannot set; curl and kubectl send neither. There is no CORS: nobody else's page is let in.
/// </summary>
public sealed class OriginCheck(RequestDelegate next, GatewayOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool data = RequestTarget.IsData(request.Path.Value ?? "");
        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        return (data || changes) && !IsOwn(request)
            ? KubernetesStatus.Forbidden("the request comes from a page of another origin").WriteAsync(context)
            : next(context);
    }

    /// <summary>Whether the gateway's own page, or no page at all, made the request. <c>same-site</c> is another host: not ours.</summary>
    public bool IsOwn(HttpRequest request)
        => request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
        && (request.Headers.Origin.Count == 0 || IsOwnOrigin(request.Headers.Origin.ToString(), request));

    private bool IsOwnOrigin(string origin, HttpRequest request)
    {
        if (options.ExternalUrl is { } external && origin.Equals(external.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // The scheme is left out: a proxy in front may have ended TLS. The Host is checked before.
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
            && uri.Scheme is "http" or "https"
            && new HostString(uri.Authority).Equals(request.Host);
    }
}
