using Kdd.Kubernetes;
using Kdd.Operator;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Hosting;
using Kdd.Operator.Sessions;
using Kdd.Operator.Telemetry;

return await OperatorCommand.Create(RunAsync).Parse(args).InvokeAsync();

static async Task<int> RunAsync(OperatorOptions options, CancellationToken cancellationToken)
{
    ClusterConnection cluster = options.Kubeconfig is { } kubeconfig ? ClusterConnection.FromKubeconfig(kubeconfig) : ClusterConnection.InCluster();
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.AddServer(options);                         // :8443 for the gateway, :8081 health and metrics
    builder.Services
        .AddCluster(options, cluster, TimeProvider.System) // requests to the API server, Events
        .AddOwnership()                                 // Leases: who lives, which namespaces are ours
        .AddReconciliation()                            // CONTROL: LogView -> pods -> Session -> status
        .AddSessions()                                  // DATA: pods/log -> lines -> buffer -> viewers
        .AddTelemetry();

    await using WebApplication app = builder.Build();
    app.UseManagement();                                // /livez, /readyz, /metrics
    app.UseRouting();
    app.UseMiddleware<GatewayAuthentication>();         // from the gateway only
    app.UseMiddleware<OwnerCheck>();                    // 421 to the owner, 503 while syncing
    app.MapLogViewStream(app.Services.GetRequiredService<SessionRegistry>().Find);
    await app.RunAsync(cancellationToken);
    return 0;
}
