using Kdd.Gateway.Http;
using Kdd.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Gateway.Hosting;

/// <summary>The listeners, and what a client may ask of them before anything of a request is known.</summary>
internal static class GatewayServer
{
    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options, TimeProvider timeProvider)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;

        // A LogView is a few KiB, a token 2.5 KB; nothing larger has business here.
        kestrel.Limits.MaxRequestBodySize = 256 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        // A browser that is gone without a word is noticed within 40 s; over HTTP/1.1 by the stream's comments.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        kestrel.Listen(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseConnectionLimit(options.MaxConnectionsPerAddress);
            if (options.TlsCertificate is { } certificate)
            {
                var serving = new ServingCertificate(certificate, options.TlsKey!, timeProvider);
                serving.Current();
                listen.UseHttps(serving.Options);
            }
        });
        kestrel.Listen(options.ManagementListen, listen => listen.UseManagement());
    }
}
