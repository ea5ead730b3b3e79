using System.Net;
using System.Net.Http.Headers;
using Kdd.Api.Wire;
using Kdd.Gateway.Access;
using Kdd.Gateway.Streams;
using Kdd.Kubernetes;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Kdd.Gateway.Routing;

/// <summary>A LogView's stream: forwarded to the operator replica that owns its namespace, over the wire between the two.</summary>
public sealed class OperatorRoute(BearerToken operatorToken, LiveStreams streams) : ITransformProvider
{
    public const string RouteId = "stream";
    public const string ClusterId = "operator";

    /// <summary>All that the operator is told of the client's headers; identity and hop-by-hop headers have no spelling that passes.</summary>
    private static readonly string[] RequestHeaders = ["Accept", WireHeaders.LastEventId];

    private static readonly string[] ResponseHeaders = ["Cache-Control", "X-Accel-Buffering", "Retry-After"];

    public static readonly RouteConfig Route = new()
    {
        RouteId = RouteId,
        ClusterId = ClusterId,
        AuthorizationPolicy = StreamAccess.Policy,
        Match = new RouteMatch { Path = StreamPaths.PublicTemplate, Methods = [HttpMethods.Get] },
    };

    public static ClusterConfig Cluster(IEnumerable<Member> members) => new()
    {
        ClusterId = ClusterId,
        LoadBalancingPolicy = OwnerPolicy.PolicyName,
        Destinations = members.ToDictionary(member => member.Name, member => new DestinationConfig { Address = $"https://{member.Host}:{member.Address.Port}/" }),
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            AllowResponseBuffering = false,

            // A stream carries a comment every 15 s: a minute without progress means a viewer or a replica that is stuck.
            ActivityTimeout = TimeSpan.FromSeconds(60),
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
        context.AddRequestTransform(RequestAsync);
        context.AddResponseTransform(ResponseAsync);
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    private async ValueTask RequestAsync(RequestTransformContext context)
    {
        HttpContext http = context.HttpContext;
        HttpRequestHeaders headers = context.ProxyRequest.Headers;
        foreach (string name in RequestHeaders)
        {
            if (http.Request.Headers.TryGetValue(name, out var values))
            {
                headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        (string @namespace, string logView) = StreamAccess.LogViewOf(http);
        headers.Add(WireHeaders.Viewer, Uri.EscapeDataString(http.User.Caller().UserName));
        headers.Authorization = new AuthenticationHeaderValue("Bearer", await operatorToken.GetAsync(context.CancellationToken));
        context.Path = StreamPaths.Internal(@namespace, logView);
    }

    private async ValueTask ResponseAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } answer)
        {
            return;
        }

        HttpContext http = context.HttpContext;
        if (StreamAttempt.IsRefusal(answer.StatusCode))
        {
            await http.Features.Get<StreamAttempt>()!.ReadAsync(answer, context.CancellationToken);
            context.SuppressResponseBody = true;
            return;
        }

        HeaderCopy.Response(answer, http.Response, ResponseHeaders);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            answer.Content = streams.Open(http, answer.Content);

            // A quiet LogView has no byte to send yet; the viewer should know at once that it is connected.
            await http.Response.Body.FlushAsync(context.CancellationToken);
        }
    }
}
