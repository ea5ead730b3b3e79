using System.Net;
using Kdd.Gateway.Access;

namespace Kdd.Gateway;

/// <summary>The gateway's configuration, as its flags give it.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where viewers connect.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Health and metrics, plain HTTP; answers nothing else.</summary>
    public required IPEndPoint ManagementListen { get; init; }

    public AccessMode AccessMode { get; init; } = AccessMode.Kubernetes;

    /// <summary>Mode none: the kubeconfig or token file whose rights every request has.</summary>
    public string? AccessCredentials { get; init; }

    /// <summary>Null: the service account of the pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Where the operator's member Leases lie; null: the gateway's own namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The gateway's own token of audience <c>kdd-operator</c>; rewritten by the kubelet, read again.</summary>
    public string OperatorToken { get; init; } = "/var/run/secrets/kdd.dev/operator/token";

    /// <summary>The address viewers use, where a proxy lies in between. Its scheme decides about Secure cookies, its host is allowed.</summary>
    public Uri? ExternalUrl { get; init; }

    /// <summary>A prefix that a proxy in front leaves on the path. One that the proxy removes needs no configuration.</summary>
    public string PathBase { get; init; } = "";

    /// <summary>Further values of the Host header to answer to; <c>*</c> is all.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>PEM files; both or neither. With them the gateway serves TLS, HTTP/1.1 and HTTP/2.</summary>
    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    /// <summary>The Secret that the replicas share their session keys through; null keeps them in memory.</summary>
    public string? KeyRingSecret { get; init; }

    /// <summary>The built viewer.</summary>
    public string WebRoot { get; init; } = Path.Join(AppContext.BaseDirectory, "wwwroot");

    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Of one client address; a proxy in front is one address for all its users.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 2000;

    /// <summary>Requests for data that one client address may make, with bursts of four times as many.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>Whether browsers reach the gateway over TLS: cookies are then <c>__Host-</c> and Secure.</summary>
    public bool ServesTls => TlsCertificate is not null || ExternalUrl?.Scheme == Uri.UriSchemeHttps;

    /// <summary>What makes these options unusable, in one sentence; null when nothing does.</summary>
    public string? Invalid() => this switch
    {
        { AccessMode: AccessMode.None } when !IPAddress.IsLoopback(Listen.Address)
            => $"--access-mode none serves anybody who can connect, so it is refused on {Listen.Address}: listen on a loopback address such as 127.0.0.1, or use --access-mode kubernetes",
        { AccessMode: AccessMode.None, AccessCredentials: null }
            => "--access-mode none needs --access-credentials: the kubeconfig or token file whose rights every request is to have; the gateway lends its own to nobody",
        { AccessMode: AccessMode.Kubernetes, AccessCredentials: not null }
            => "--access-credentials is for --access-mode none; in mode kubernetes every request has its user's own rights",
        { TlsCertificate: null, TlsKey: not null } or { TlsCertificate: not null, TlsKey: null }
            => "--tls-certificate and --tls-key go together",
        { PathBase: not "" } when !PathBase.StartsWith('/') || PathBase.EndsWith('/')
            => $"--path-base \"{PathBase}\" must begin with a slash and not end with one, such as /tools/kdd",
        { MaxConnections: < 1 } or { MaxConnectionsPerAddress: < 1 } or { RequestsPerSecond: < 1 }
            => "--max-connections, --max-connections-per-address and --requests-per-second must be at least 1",
        _ => null,
    };
}
