using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Kdd.Gateway.Hosting;

/// <summary>
/// The certificate viewers see, from PEM files that cert-manager and its like rewrite before it expires: read again when
/// they changed, so that a renewal needs no restart.
/// </summary>
internal sealed class ServingCertificate(string certificatePath, string keyPath, TimeProvider timeProvider)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;
    private string _readFrom = "";
    private long _lookedAt;

    public TlsHandshakeCallbackOptions Options => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        }),
    };

    /// <exception cref="InvalidOperationException">The first read failed; the message names the files.</exception>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            if (_current is null || timeProvider.GetElapsedTime(_lookedAt) >= LookEvery)
            {
                _lookedAt = timeProvider.GetTimestamp();
                Look_NeedsLock();
            }

            return _current!;
        }
    }

    private void Look_NeedsLock()
    {
        try
        {
            string pem = File.ReadAllText(certificatePath) + "\n" + File.ReadAllText(keyPath);
            if (pem == _readFrom)
            {
                return;
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            var leaf = X509Certificate2.CreateFromPem(pem, pem);
            _current = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            _readFrom = pem;
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            // Between the two files of a renewal they may not match: the old pair serves until they do.
            if (_current is null)
            {
                throw new InvalidOperationException($"--tls-certificate {certificatePath} and --tls-key {keyPath}: {e.Message}", e);
            }
        }
    }
}
