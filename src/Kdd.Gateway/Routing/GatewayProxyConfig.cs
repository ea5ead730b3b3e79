using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Kdd.Gateway.Routing;

/// <summary>YARP's routes and clusters: the operator, whose destinations are the members of the directory, and the API server.</summary>
public sealed class GatewayProxyConfig : IProxyConfigProvider, IDisposable
{
    private readonly MemberDirectory _directory;
    private readonly Uri _apiServer;
    private Snapshot _current;

    public GatewayProxyConfig(MemberDirectory directory, Uri apiServer)
    {
        (_directory, _apiServer) = (directory, apiServer);
        _current = Build();
        _directory.Changed += Publish;
    }

    public IProxyConfig GetConfig() => Volatile.Read(ref _current);

    public void Dispose() => _directory.Changed -= Publish;

    private void Publish() => Interlocked.Exchange(ref _current, Build()).SignalChange();

    private Snapshot Build() => new(
        [OperatorRoute.Route, KubernetesRoute.Route],
        [OperatorRoute.Cluster(_directory.Members.Values), KubernetesRoute.Cluster(_apiServer)]);

    private sealed class Snapshot : IProxyConfig
    {
        public Snapshot(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
        {
            (Routes, Clusters) = (routes, clusters);

            // Not disposed: it has no timer and no wait handle, and YARP may still register with an outdated snapshot.
            var changed = new CancellationTokenSource();
            ChangeToken = new CancellationChangeToken(changed.Token);
            SignalChange = changed.Cancel;
        }

        public IReadOnlyList<RouteConfig> Routes { get; }

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        public IChangeToken ChangeToken { get; }

        public Action SignalChange { get; }
    }
}
