using System.Collections.Concurrent;
using System.Net;
using Kdd.Gateway.Access;
using Kdd.Gateway.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>The real gateway, in process and on real ports, between a scripted API server and scripted operators.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory;

    private GatewayUnderTest(WebApplication app, string directory, LogRecords log) => (_app, _directory, Log) = (app, directory, log);

    /// <summary>What the gateway logged, formatted.</summary>
    public LogRecords Log { get; }

    public Uri Address => new(Addresses.First());

    public Uri Management => new(Addresses.Last());

    public IServiceProvider Services => _app.Services;

    private ICollection<string> Addresses => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    public static string Kubeconfig(ScriptedApiServer api)
        => $$$"""
        {"apiVersion": "v1", "kind": "Config", "current-context": "c",
         "clusters": [{"name": "c", "cluster": {"server": "{{{api.Address}}}"}}],
         "users": [{"name": "u", "user": {"token": "gateway-token"}}],
         "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "kdd-system"}}]}
        """;

    /// <summary>A gateway that has read the scripted members.</summary>
    public static async Task<GatewayUnderTest> StartAsync(
        ScriptedApiServer api, TimeProvider? timeProvider = null, AccessMode mode = AccessMode.Kubernetes, Func<GatewayOptions, GatewayOptions>? change = null)
    {
        GatewayUnderTest gateway = await StartAsync(Kubeconfig(api), timeProvider, mode, change);
        await gateway.RoutesToMembersAsync();
        return gateway;
    }

    public static async Task<GatewayUnderTest> StartAsync(
        string kubeconfig, TimeProvider? timeProvider = null, AccessMode mode = AccessMode.Kubernetes, Func<GatewayOptions, GatewayOptions>? change = null)
    {
        string directory = Directory.CreateTempSubdirectory("kdd-gateway-").FullName;
        await File.WriteAllTextAsync(Path.Join(directory, "operator-token"), "token-for-operator\n");
        await File.WriteAllTextAsync(Path.Join(directory, "named-token"), "named-user-token\n");
        await File.WriteAllTextAsync(Path.Join(directory, "kubeconfig"), kubeconfig);
        var options = new GatewayOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            ManagementListen = new IPEndPoint(IPAddress.Loopback, 0),
            AccessMode = mode,
            AccessCredentials = mode == AccessMode.None ? Path.Join(directory, "named-token") : null,
            Kubeconfig = Path.Join(directory, "kubeconfig"),
            Namespace = "kdd-system",
            OperatorToken = Path.Join(directory, "operator-token"),
            WebRoot = Path.Join(directory, "wwwroot"),
        };
        var log = new LogRecords();
        WebApplication app = GatewayApplication.Create(change?.Invoke(options) ?? options, timeProvider ?? TimeProvider.System, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
        });
        await app.StartAsync();
        return new GatewayUnderTest(app, directory, log);
    }

    /// <param name="token">Sent as bearer token; null sends none.</param>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    /// <summary>Before it routes to them, a stream waits for the members by the gateway's clock, which a test may hold still.</summary>
    public async Task RoutesToMembersAsync()
    {
        var directory = Services.GetRequiredService<MemberDirectory>();
        var clusters = Services.GetRequiredService<IProxyStateLookup>();
        while (!directory.Synced || !clusters.TryGetCluster(OperatorRoute.ClusterId, out ClusterState? cluster) || cluster.Destinations.Count != directory.Members.Count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>Collects log records as text.</summary>
public sealed class LogRecords : ILoggerProvider
{
    public ConcurrentQueue<string> All { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, All);

    public void Dispose()
    {
    }

    private sealed class Recorder(string category, ConcurrentQueue<string> all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => all.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}
