using Kdd.Gateway.Access;
using Yarp.ReverseProxy.Forwarder;

namespace Kdd.Gateway.Routing;

/// <summary>The transports of the two clusters; YARP asks again when a cluster's configuration changes and keeps the one it has.</summary>
public sealed class ProxyTransport(OperatorTransport operators, CallerCredentials credentials) : IForwarderHttpClientFactory
{
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => context switch
    {
        // Members come and go; the connections to those that stay live on.
        { OldClient: { } old } => old,
        { ClusterId: OperatorRoute.ClusterId } => operators.Create(),
        _ => new HttpMessageInvoker(credentials.CreateHandler(), disposeHandler: true),
    };
}
