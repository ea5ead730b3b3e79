using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;

namespace Kdd.Kubernetes;

/// <summary>
/// Address, certificate authority and credentials of an API server. KubernetesClient reads the kubeconfig; the
/// <see cref="HttpClient"/> is ours, because its typed calls cannot resume a log, cancel a read or outlive 100 s of silence.
/// </summary>
public sealed class ClusterConnection
{
    private const string ServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    private readonly X509Certificate2Collection? _serverAuthorities;
    private readonly X509Certificate2? _clientCertificate;
    private readonly string? _tlsServerName;
    private readonly bool _skipTlsVerify;

    private ClusterConnection(
        Uri baseAddress, X509Certificate2Collection? serverAuthorities, BearerToken? token, string? @namespace,
        X509Certificate2? clientCertificate = null, string? tlsServerName = null, bool skipTlsVerify = false)
    {
        // A base address without a final slash would lose its last segment to every relative URI.
        BaseAddress = baseAddress.AbsoluteUri.EndsWith('/') ? baseAddress : new Uri(baseAddress.AbsoluteUri + "/");
        Token = token;
        Namespace = @namespace;
        _serverAuthorities = serverAuthorities;
        _clientCertificate = clientCertificate;
        _tlsServerName = tlsServerName;
        _skipTlsVerify = skipTlsVerify;
    }

    /// <summary>Ends with a slash.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Null where the kubeconfig authenticates by client certificate, or not at all.</summary>
    public BearerToken? Token { get; }

    /// <summary>The context's namespace, or the service account's own; null when none is named.</summary>
    public string? Namespace { get; }

    /// <param name="path">Null: <c>$KUBECONFIG</c>, then <c>~/.kube/config</c>.</param>
    /// <param name="context">Null: the file's current context.</param>
    /// <exception cref="InvalidOperationException">The kubeconfig is missing or incomplete; the message says where.</exception>
    public static ClusterConnection FromKubeconfig(string? path, string? context = null)
    {
        KubernetesClientConfiguration Load()
        {
            try
            {
                return KubernetesClientConfiguration.BuildConfigFromConfigFile(path, context);
            }
            catch (Exception e) when (e is k8s.Exceptions.KubeConfigException or IOException or YamlDotNet.Core.YamlException)
            {
                throw new InvalidOperationException($"kubeconfig {path ?? "(default)"}: {e.Message}", e);
            }
        }

        KubernetesClientConfiguration config = Load();
        BearerToken? token = config switch
        {
            { TokenProvider: not null } => new KubeconfigToken(() => Load().TokenProvider),
            { AccessToken.Length: > 0 } => BearerToken.Fixed(config.AccessToken),
            _ => null,
        };
        return new ClusterConnection(
            new Uri(config.Host), config.SslCaCerts, token, config.Namespace,
            ClientCertificate.From(config), config.TlsServerName, config.SkipTlsVerify);
    }

    /// <summary>The service account of the pod this process runs in, with its files under <c>KDD_ROOT</c> where that is set.</summary>
    /// <exception cref="InvalidOperationException">Not in a pod; the message names what is missing.</exception>
    public static ClusterConnection InCluster(TimeProvider? timeProvider = null)
    {
        string? host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        string? port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new InvalidOperationException("not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside a cluster name a --kubeconfig");
        }

        string directory = KddRoot.Resolve(ServiceAccountDirectory);
        string authority = Path.Join(directory, "ca.crt");
        if (!File.Exists(authority))
        {
            throw new InvalidOperationException($"{authority} is missing: the pod needs a service account with automountServiceAccountToken");
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authority);
        string namespaceFile = Path.Join(directory, "namespace");
        return new ClusterConnection(
            new UriBuilder(Uri.UriSchemeHttps, host, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)).Uri,
            authorities,
            new TokenFile(Path.Join(directory, "token"), timeProvider ?? TimeProvider.System),
            File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : null);
    }

    /// <summary>A connection to <paramref name="baseAddress"/> as tests and front ends make it: no client certificate.</summary>
    public static ClusterConnection To(Uri baseAddress, BearerToken? token = null, X509Certificate2Collection? serverAuthorities = null, string? @namespace = null)
        => new(baseAddress, serverAuthorities, token, @namespace);

    /// <summary>
    /// A client with this connection's credentials. <see cref="HttpClient.Timeout"/> is infinite (a quiet container's log
    /// may hold its headers back for hours): a caller that expects an answer sets a deadline of its own.
    /// </summary>
    public HttpClient CreateHttpClient()
    {
        var client = new HttpClient(CreateHandler())
        {
            BaseAddress = BaseAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("kdd");

        // SocketsHttpHandler takes the name it verifies from the Host header.
        client.DefaultRequestHeaders.Host = _tlsServerName;
        return client;
    }

    /// <summary>The transport with this connection's credentials, for requests with absolute addresses.</summary>
    public HttpMessageHandler CreateHandler()
    {
        SocketsHttpHandler transport = CreateTransport();
        if (_clientCertificate is not null)
        {
            transport.SslOptions.ClientCertificates = [_clientCertificate];
        }

        return Token is null ? transport : new BearerTokenHandler(Token) { InnerHandler = transport };
    }

    /// <summary>The same API server with <paramref name="token"/> and no other credentials.</summary>
    public ClusterConnection WithToken(BearerToken token)
        => new(BaseAddress, _serverAuthorities, token, Namespace, clientCertificate: null, _tlsServerName, _skipTlsVerify);

    /// <summary>The transport alone, without any credentials: for requests made with a viewer's own.</summary>
    public SocketsHttpHandler CreateTransport()
    {
        var transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !BaseAddress.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),

            // An API server allows 100 streams on one HTTP/2 connection (its answer to CVE-2023-44487).
            EnableMultipleHttp2Connections = true,

            // A connection whose packets are dropped is noticed within 20 s; no byte of a stream is needed for that.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

            // New requests find an API server that joined; streams that run are not cut by it.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (_skipTlsVerify)
        {
            // Only where the kubeconfig says insecure-skip-tls-verify, as kubectl does it.
            transport.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        }
        else if (_serverAuthorities is { Count: > 0 })
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(_serverAuthorities);
            transport.SslOptions.CertificateChainPolicy = policy;
        }

        return transport;
    }
}
