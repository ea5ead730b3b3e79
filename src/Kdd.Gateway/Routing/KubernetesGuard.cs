using Kdd.Hosting;

namespace Kdd.Gateway.Routing;

/// <summary>Refuses, on the Kubernetes route, what is not on the list, and bodies that a form of another page could send.</summary>
public sealed class KubernetesGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetReverseProxyFeature().Route.Config.RouteId != KubernetesRoute.RouteId)
        {
            return next(context);
        }

        HttpRequest request = context.Request;
        request.Path.StartsWithSegments(KubernetesRoute.Prefix, out PathString path);
        if (KubernetesAllowList.Refusal(request.Method, path.Value ?? "", request.Query) is { } refusal)
        {
            return refusal.WriteAsync(context);
        }

        bool json = request.ContentType?.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) == true;
        return HttpMethods.IsPost(request.Method) && !json
            ? new KubernetesStatus(StatusCodes.Status415UnsupportedMediaType, "UnsupportedMediaType", "the body must be application/json").WriteAsync(context)
            : next(context);
    }
}
