using System.Net;
using Kdd.Hosting;

namespace Kdd.Gateway.Http;

/// <summary>
/// Answers only to names that are the gateway's own. On loopback this is what stops DNS rebinding: a page whose name its
/// owner lets point to 127.0.0.1 is then of the gateway's origin to the browser, but still sends its own name.
/// </summary>
public sealed class HostCheck
{
    private readonly RequestDelegate _next;
    private readonly bool _anyHost;
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);

    public HostCheck(RequestDelegate next, GatewayOptions options)
    {
        _next = next;
        _hosts.UnionWith(options.AllowedHosts);
        if (options.ExternalUrl is { } url)
        {
            _hosts.Add(url.Host);
        }

        // In a cluster, unless the operator of it names hosts, the address is any that a Service or Ingress gives; there
        // every request carries credentials that a rebound page does not have.
        _anyHost = _hosts.Contains("*") || (!IPAddress.IsLoopback(options.Listen.Address) && _hosts.Count == 0);
    }

    public Task InvokeAsync(HttpContext context) => IsAllowed(context.Request.Host.Host)
        ? _next(context)
        : new KubernetesStatus(StatusCodes.Status421MisdirectedRequest, "MisdirectedRequest",
            "the Host header names a host that this gateway does not answer to; --allowed-host or --external-url adds one").WriteAsync(context);

    /// <summary>Loopback names always: nobody can rebind them, and <c>kubectl port-forward</c> is reached by them.</summary>
    public bool IsAllowed(string host) => _anyHost || _hosts.Contains(host) || IsLoopback(host);

    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
