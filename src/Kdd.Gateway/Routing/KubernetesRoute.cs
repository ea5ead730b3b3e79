using System.Net;
using Kdd.Gateway.Access;
using Kdd.Hosting;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Kdd.Gateway.Routing;

/// <summary>
/// <c>/k8s/…</c>: the few paths of the Kubernetes API that the viewer needs (<see cref="KubernetesAllowList"/>), forwarded
/// with the caller's own credentials.
/// </summary>
public sealed class KubernetesRoute(CallerCredentials credentials) : ITransformProvider
{
    public const string RouteId = "kubernetes";
    public const string ClusterId = "kubernetes";
    public const string Prefix = "/k8s";

    /// <summary>Impersonation, cookies and forwarding headers have no spelling that passes.</summary>
    private static readonly string[] RequestHeaders = ["Accept", "User-Agent"];

    private static readonly string[] ResponseHeaders = ["Audit-Id", "Retry-After", "Warning"];

    public static readonly RouteConfig Route = new()
    {
        RouteId = RouteId,
        ClusterId = ClusterId,
        AuthorizationPolicy = "default",
        Match = new RouteMatch { Path = Prefix + "/{**path}" },
    };

    public static ClusterConfig Cluster(Uri apiServer) => new()
    {
        ClusterId = ClusterId,
        Destinations = new Dictionary<string, DestinationConfig> { ["api-server"] = new() { Address = apiServer.AbsoluteUri } },
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,

            // Bookmarks come every minute on a quiet watch.
            ActivityTimeout = TimeSpan.FromMinutes(10),
        },
    };

    public void Apply(TransformBuilderContext context)
    {
        if (context.Route.RouteId != RouteId)
        {
            return;
        }

        context.CopyRequestHeaders = false;
        context.CopyResponseHeaders = false;
        context.CopyResponseTrailers = false;
        context.UseDefaultForwarders = false;
        context.AddPathRemovePrefix(Prefix);
        context.AddRequestTransform(Request);
        context.AddResponseTransform(ResponseAsync);
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    private ValueTask Request(RequestTransformContext context)
    {
        HttpRequest from = context.HttpContext.Request;
        foreach (string name in RequestHeaders)
        {
            if (from.Headers.TryGetValue(name, out var values))
            {
                context.ProxyRequest.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        if (context.ProxyRequest.Content is { } content)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", from.ContentType);
            content.Headers.ContentLength = from.ContentLength;
        }

        credentials.Apply(context.ProxyRequest, context.HttpContext.User);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask ResponseAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } answer)
        {
            // The API server could not be reached; in place of YARP's empty 502.
            await KubernetesStatus.Unavailable("the Kubernetes API server cannot be reached").WriteAsync(context.HttpContext);
            return;
        }

        HeaderCopy.Response(answer, context.HttpContext.Response, ResponseHeaders);
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        if (context.HttpContext.Request.Query.ContainsKey("watch"))
        {
            await context.HttpContext.Response.Body.FlushAsync(context.CancellationToken);
        }
    }
}
