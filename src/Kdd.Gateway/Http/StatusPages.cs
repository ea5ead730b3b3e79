using Kdd.Hosting;

namespace Kdd.Gateway.Http;

/// <summary>Bodies for answers that the framework leaves empty, such as 404 for a path that is not served.</summary>
internal static class StatusPages
{
    public static Task WriteAsync(HttpContext context) => (context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => KubernetesStatus.NotFound("the gateway serves nothing at this path"),
        StatusCodes.Status405MethodNotAllowed => new KubernetesStatus(405, "MethodNotAllowed", "the method is not served at this path"),
        StatusCodes.Status503ServiceUnavailable => KubernetesStatus.Unavailable("the gateway cannot serve this now"),
        int code when code >= 500 => new KubernetesStatus(code, "InternalError", "the gateway failed to serve this"),
        int code => new KubernetesStatus(code, "BadRequest", "the gateway refuses this request"),
    }).WriteAsync(context);
}
