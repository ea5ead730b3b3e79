using Kdd.Kubernetes;
using Kdd.Operator;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Hosting;
using Kdd.Operator.Sessions;
using Kdd.Operator.Telemetry;

return await OperatorCommand.Create(OperatorApplication.RunAsync).Parse(args).InvokeAsync();

/// <summary>The whole operator, wired.</summary>
internal static partial class OperatorApplication
{
    public static WebApplication Create(OperatorOptions options, ClusterConnection cluster, TimeProvider timeProvider, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.AddServer(options);                       // :8443 for the gateway, :8081 health and metrics
        builder.Services
            .AddCluster(options, cluster, timeProvider)   // requests to the API server, Events
            .AddOwnership()                               // Leases: who lives, which namespaces are ours
            .AddReconciliation()                          // CONTROL: LogView -> pods -> Session -> status
            .AddSessions()                                // DATA: pods/log -> lines -> buffer -> viewers
            .AddTelemetry();
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.UseManagement();                              // /livez, /readyz, /metrics
        app.UseRouting();
        app.UseMiddleware<GatewayAuthentication>();       // from the gateway only
        app.UseMiddleware<OwnerCheck>();                  // 421 to the owner, 503 while syncing
        app.MapLogViewStream(app.Services.GetRequiredService<SessionRegistry>().Find);
        return app;
    }
}
