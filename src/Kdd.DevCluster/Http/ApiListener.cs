using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kdd.DevCluster.Faults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.DevCluster.Http;

/// <summary>The https listener on loopback. It can be stopped and started again on its port while the cluster lives on.</summary>
internal sealed class ApiListener(
    X509Certificate2 certificate, Func<HttpContext, Task> serve, ConnectionGate gate, LogLevel? logLevel) : IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>The port in use; 0 before the first start.</summary>
    public int Port { get; private set; }

    /// <exception cref="IOException">The port is in use.</exception>
    public async Task StartAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (logLevel is { } level)
        {
            builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(level);
        }

        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = 3 << 20; // apiserver's MaxRequestBodyBytes
            kestrel.Limits.MaxRequestBufferSize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 100; // apiserver's default since CVE-2023-44487
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(gate.Wrap);
                listen.UseHttps(certificate);
            });
        });
        _app = builder.Build();
        _app.Run(context => serve(context));
        await _app.StartAsync(cancellationToken);
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(address).Port;
    }

    /// <summary>Closes the listener and resets what is connected after at most <paramref name="drain"/>.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
        {
            return;
        }

        using var limit = new CancellationTokenSource(drain);
        try
        {
            await app.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Long-running watches do not end by themselves: past the drain they are cut.
        }

        await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero);
}
