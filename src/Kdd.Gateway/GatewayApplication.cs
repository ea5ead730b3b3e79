using Kdd.Api.Sharding;
using Kdd.Gateway.Access;
using Kdd.Gateway.Hosting;
using Kdd.Gateway.Http;
using Kdd.Gateway.Routing;
using Kdd.Gateway.Streams;
using Kdd.Gateway.Telemetry;
using Kdd.Gateway.Viewer;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Leases;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Kdd.Gateway;

/// <summary>The gateway, wired: who are you, may you, which replica owns it, forward.</summary>
public static class GatewayApplication
{
    private const string AnyScheme = "Any";

    /// <exception cref="InvalidOperationException">Options, kubeconfig or credentials are unusable; the message is for the user.</exception>
    public static WebApplication Create(GatewayOptions options, TimeProvider timeProvider, Action<WebApplicationBuilder>? configure = null)
    {
        if (options.Invalid() is { } invalid)
        {
            throw new InvalidOperationException(invalid);
        }

        ClusterConnection cluster = options.Kubeconfig is { } kubeconfig ? ClusterConnection.FromKubeconfig(kubeconfig) : ClusterConnection.InCluster(timeProvider);
        ClusterConnection callers = options.AccessMode == AccessMode.None ? CallerCredentials.Read(options.AccessCredentials!, cluster, timeProvider) : cluster;

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ConfigureLogging(builder.Logging);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => GatewayServer.Configure(kestrel, options, timeProvider));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        builder.Services.AddSingleton(options).AddSingleton(timeProvider).AddSingleton<Readiness>();
        builder.Services.AddHostedService(_ => new QuietMemory(TimeProvider.System));
        AddRouting(builder.Services, options, cluster, callers, timeProvider);
        builder.Services.AddRateLimiter(limits => RateLimits.Configure(limits, options));
        AddAccess(builder.Services, options, cluster, callers, timeProvider);
        builder.Services.AddTelemetry().AddSingleton<GatewayMetrics>();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<LiveStreams>().ReconnectAll);
        UsePipeline(app, options);
        return app;
    }

    private static void UsePipeline(WebApplication app, GatewayOptions options)
    {
        app.UseManagement();
        app.UseSecurityHeaders();
        app.UseStatusCodePages(context => StatusPages.WriteAsync(context.HttpContext));
        app.UseMiddleware<HostCheck>();
        if (options.PathBase.Length > 0)
        {
            app.UsePathBase(options.PathBase);
        }

        app.UseMiddleware<RequestTarget>();
        app.UseMiddleware<OriginCheck>();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapSession(options);
        app.MapViewer(options.WebRoot);
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<KubernetesGuard>();
            proxy.UseMiddleware<StreamRetry>();
            proxy.UseLoadBalancing();
        });
    }

    private static void AddRouting(
        IServiceCollection services, GatewayOptions options, ClusterConnection cluster, ClusterConnection callers, TimeProvider timeProvider)
    {
        services.AddSingleton(provider => new LeaseObserver(
            new KubernetesApi(cluster.CreateHttpClient(), timeProvider), NamespaceOf(options, cluster), MemberLease.LabelSelector, MemberLease.Duration, timeProvider,
            provider.GetRequiredService<ILogger<LeaseObserver>>()));
        services.AddSingleton<MemberDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<MemberDirectory>());
        services.AddSingleton<LiveStreams>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveStreams>());
        services.AddSingleton<StreamAudit>().AddSingleton<OperatorTransport>();
        services.AddSingleton<BearerToken>(new TokenFile(KddRoot.Resolve(options.OperatorToken), timeProvider));
        services.AddSingleton(new CallerCredentials(callers, options.AccessMode));
        services.AddSingleton<IProxyConfigProvider>(provider => new GatewayProxyConfig(provider.GetRequiredService<MemberDirectory>(), callers.BaseAddress));
        services.AddSingleton<IForwarderHttpClientFactory, ProxyTransport>();
        services.AddSingleton<ILoadBalancingPolicy, OwnerPolicy>();
        services.AddSingleton<ITransformProvider, OperatorRoute>().AddSingleton<ITransformProvider, KubernetesRoute>();
        services.AddReverseProxy();
    }

    private static void AddAccess(
        IServiceCollection services, GatewayOptions options, ClusterConnection cluster, ClusterConnection callers, TimeProvider timeProvider)
    {
        // In mode none the reviews, too, are made with the named credentials: the gateway's own are not even needed.
        services.AddSingleton(provider => new ReviewApi(
            (options.AccessMode == AccessMode.None ? callers : cluster).CreateHttpClient(), provider.GetRequiredService<GatewayMetrics>(), timeProvider));
        services.AddSingleton<TokenReviewer>().AddSingleton<SignIn>().AddSingleton<CallerConfirmation>().AddSingleton<NamedCaller>();
        services.AddSingleton(provider => new StreamReviewer(provider.GetRequiredService<ReviewApi>(), options.AccessMode, timeProvider));
        services.AddSingleton<IAuthorizationHandler, StreamAccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResult>();
        services.AddAuthorization(authorization => authorization.AddPolicy(
            StreamAccess.Policy, policy => policy.RequireAuthenticatedUser().AddRequirements(new StreamAccess())));
        AddSessionKeys(services, options, cluster, timeProvider);
        if (options.AccessMode == AccessMode.None)
        {
            services.AddAuthentication(NamedCallerHandler.SchemeName)
                .AddScheme<AuthenticationSchemeOptions, NamedCallerHandler>(NamedCallerHandler.SchemeName, null);
        }
        else
        {
            // A request that brings a token is judged by it alone, whatever cookie it also has.
            services.AddAuthentication(AnyScheme)
                .AddPolicyScheme(AnyScheme, null, any => any.ForwardDefaultSelector
                    = context => context.Request.Headers.Authorization.Count > 0 ? BearerHandler.SchemeName : SessionCookie.SchemeName)
                .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
                .AddCookie(SessionCookie.SchemeName, cookie => SessionCookie.Configure(cookie, options));
        }
    }

    private static void AddSessionKeys(IServiceCollection services, GatewayOptions options, ClusterConnection cluster, TimeProvider timeProvider)
    {
        services.AddSingleton<SessionKeys>().AddHostedService(provider => provider.GetRequiredService<SessionKeys>());
        IDataProtectionBuilder protection = services.AddDataProtection().SetApplicationName("kdd-gateway");
        if (options.KeyRingSecret is not { } secret)
        {
            protection.UseEphemeralDataProtectionProvider();
            return;
        }

        services.AddOptions<KeyManagementOptions>().Configure<ILogger<SecretKeyRing>>((keys, logger) => keys.XmlRepository = new SecretKeyRing(
            new KubernetesApi(cluster.CreateHttpClient(), timeProvider), new NamespacedName(NamespaceOf(options, cluster), secret), logger));
    }

    private static string NamespaceOf(GatewayOptions options, ClusterConnection cluster) => options.Namespace ?? cluster.Namespace ?? "kdd-system";

    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });

        // Request logs of the framework and of YARP carry the query, which may hold what somebody searched for.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
    }
}
