using System.Net;
using System.Text;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.DevCluster.Floods;

/// <summary>
/// The plain port: an http/1.1 listener on loopback that answers <c>GET /api/v1/namespaces/{ns}/pods/{name}/log</c> of pods whose
/// container is a flood, without credentials and without TLS, and nothing else.
/// </summary>
internal sealed class FloodListener(ObjectStore store, NodeAgents nodes, DevClusterOptions options, TimeProvider timeProvider) : IClusterComponent
{
    private static readonly ResourceKey Pods = new("", "pods");
    private WebApplication? _app;

    /// <summary>The port in use; 0 before the start.</summary>
    public int Port { get; private set; }

    /// <exception cref="IOException">The port is in use.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.PlainPort is not { } port)
        {
            return;
        }
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxResponseBufferSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.Run(ServeAsync);
        await _app.StartAsync(cancellationToken);
        Port = new Uri(_app.Urls.First()).Port;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            using var now = new CancellationTokenSource(TimeSpan.Zero, timeProvider);
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }
    }

    private async Task ServeAsync(HttpContext http)
    {
        try
        {
            var info = RequestInfoParser.Parse(http.Request);
            if (info is not { Verb: "get", Group: "", Resource: "pods", Subresource: "log" } || http.Request.Method != HttpMethods.Get)
            {
                throw new ApiException(404, "NotFound", "this port serves GET pods/log of floods only", []);
            }
            var query = PodLogOptions.Parse(http.Request.Query, info.Name, options.Kubelet.Logs);
            var pod = store.Get(Pods, info.Namespace, info.Name) ?? throw Errors.NotFound(Pods, info.Name);
            var node = nodes.Find(pod.Str("spec", "nodeName") ?? "");
            var source = node?.Find(pod.Uid())?.FloodOf(query.Container)
                ?? throw Errors.BadRequest($"pod \"{info.Name}\" has no running container with the image {FloodSettings.Image}");
            http.Response.ContentType = "text/plain";
            await source.CopyToAsync(http.Response.BodyWriter, query.At(node!.Context.Clock.Nanoseconds), http.RequestAborted);
        }
        catch (ApiException e)
        {
            http.Response.StatusCode = e.Code;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(e.ToStatus().ToJsonString(), Encoding.UTF8, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone.
        }
    }
}
