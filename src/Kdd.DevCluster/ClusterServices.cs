using Kdd.DevCluster.Controllers;
using Kdd.DevCluster.Discovery;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Networking;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tables;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster;

/// <summary>The parts of a cluster and how they hang together.</summary>
internal static class ClusterServices
{
    public static ServiceProvider Build(DevClusterHost host)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (host.Options.LogLevel is { } level)
            {
                logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(level);
            }
        });
        services.AddSingleton(host).AddSingleton(host.Options).AddSingleton(host.Options.TimeProvider);
        services.AddSingleton<ObjectStore>();
        AddIdentity(services);
        AddMachinery(services);
        if (!host.Options.Empty)
        {
            AddWorkloads(services);
        }

        services.AddSingleton<FaultMiddleware>().AddSingleton<ConnectionGate>().AddSingleton<IRequestHandler, FaultEndpoint>();
        services.AddSingleton(provider => new ClusterFaults(
            provider.GetRequiredService<FaultMiddleware>(), provider.GetRequiredService<ConnectionGate>(), host, provider.GetRequiredService<ObjectStore>(), provider,
            host.Options.TimeProvider));
        // Asked last: it takes every resource request that nobody took before.
        services.AddSingleton<IRequestHandler, ResourceHandler>().AddSingleton<ApiServer>();
        return services.BuildServiceProvider();
    }

    private static void AddIdentity(ServiceCollection services)
    {
        AddComponent<Bootstrap>(services);
        AddComponent<RoleAggregation>(services);
        AddComponent<LegacyTokenController>(services);
        services
            .AddSingleton<CertificateAuthority>()
            .AddSingleton<Authenticator>()
            .AddSingleton<Authorizer>()
            .AddSingleton<ServiceAccountTokens>()
            .AddSingleton<PodAdmission>()
            .AddSingleton<IRequestHandler, TokenReviews>()
            .AddSingleton<IRequestHandler, TokenRequests>()
            .AddSingleton<IRequestHandler, AccessReviews>();
    }

    private static void AddMachinery(ServiceCollection services)
    {
        services
            .AddSingleton<EventWriter>()
            .AddSingleton<ResourceCatalog>()
            .AddSingleton<Admission>()
            .AddSingleton<FieldOwnership>()
            .AddSingleton<WritePipeline>()
            .AddSingleton<TableRenderer>()
            .AddSingleton<ReadHandler>()
            .AddSingleton<WatchHandler>()
            .AddSingleton<WriteHandler>()
            .AddSingleton<DeleteHandler>()
            .AddSingleton<ScaleHandler>()
            .AddSingleton<IRequestHandler, ServerInfoHandler>()
            .AddSingleton<IRequestHandler, DiscoveryHandler>()
            .AddSingleton<IRequestHandler, OpenApiHandler>();
        AddComponent<NamespaceController>(services);
        AddComponent<DefinitionController>(services);
        AddComponent<NamespaceDeletionController>(services);
    }

    // Controllers, kubelet, service networking: each an IClusterComponent, started in this order.
    private static void AddWorkloads(ServiceCollection services)
    {
        services.AddSingleton<PodFactory>();
        AddReplicas(services, ReplicaKind.ReplicaSet);
        AddReplicas(services, ReplicaKind.ReplicationController);
        AddComponent<DeploymentController>(services);
        AddComponent<StatefulSetController>(services);
        AddComponent<DaemonSetController>(services);
        AddComponent<JobController>(services);
        AddComponent<CronJobController>(services);
        AddComponent<ResourceQuotaController>(services);
        AddComponent<GarbageCollector>(services);
        AddComponent<EndpointsController>(services);
        AddComponent<Scheduler>(services);
        AddComponent<NodeAgents>(services);
        AddComponent<FloodListener>(services);
        services.AddSingleton<IRequestHandler, PodLogEndpoint>().AddSingleton<IRequestHandler, ProxyEndpoint>();
    }

    private static void AddReplicas(ServiceCollection services, ReplicaKind kind) => services.AddSingleton<IClusterComponent>(
        provider => ActivatorUtilities.CreateInstance<ReplicaSetController>(provider, kind));

    private static void AddComponent<T>(ServiceCollection services)
        where T : class, IClusterComponent =>
        services.AddSingleton<T>().AddSingleton<IClusterComponent>(provider => provider.GetRequiredService<T>());
}
