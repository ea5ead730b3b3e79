using System.Security.Authentication;
using Kdd.Hosting;
using Kdd.Operator.Ownership;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Operator.Hosting;

/// <summary>The two ports: streams for the gateway, and management.</summary>
internal static class OperatorServer
{
    public static void AddServer(this WebApplicationBuilder builder, OperatorOptions options)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.IncludeScopes = true;
        });

        // The framework's request logs carry the query, which may hold what somebody searched for.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = kestrel.ApplicationServices.GetRequiredService<MemberCertificate>().Certificate;
                    https.SslProtocols = SslProtocols.Tls13;
                });
            });
            kestrel.Listen(options.Management, listen => listen.UseManagement());
        });
    }
}
