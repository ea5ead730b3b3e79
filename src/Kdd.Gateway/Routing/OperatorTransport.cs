using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kdd.Gateway.Routing;

/// <summary>
/// Connections to operator replicas: HTTP/2 over TLS 1.3. A replica's certificate is made at its start and signed by
/// nobody; its key is believed because the Lease, which only the operator may write, names it.
/// </summary>
public sealed class OperatorTransport(MemberDirectory directory)
{
    public HttpMessageInvoker Create() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),

        // An operator serves 100 streams a connection, as every Kestrel.
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectCallback = ConnectAsync,
        SslOptions =
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (connection, certificate, _, _) => IsPinned(((SslStream)connection).TargetHostName, certificate),
        },
    }, disposeHandler: true);

    /// <summary>Whether <paramref name="certificate"/> has the key that the Lease of the process at <paramref name="host"/> names.</summary>
    public bool IsPinned(string host, X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 presented || directory.ByHost(host) is not { } member)
        {
            return false;
        }

        byte[] spki = SHA256.HashData(presented.PublicKey.ExportSubjectPublicKeyInfo());
        return Convert.ToHexStringLower(spki) == member.SpkiSha256;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Member member = directory.ByHost(context.DnsEndPoint.Host)
            ?? throw new HttpRequestException($"the operator process {context.DnsEndPoint.Host} has no Lease any more");
        var socket = new Socket(member.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(member.Address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
