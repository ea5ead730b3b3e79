using System.Security.Cryptography;
using Kdd.Api.Sharding;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Events;
using Kdd.Kubernetes.Informers;
using Kdd.Kubernetes.Leases;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Ownership;
using Kdd.Operator.Reconciliation;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;
using Kdd.Operator.Telemetry;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Hosting;

/// <summary>The registrations, one method for each part of the picture.</summary>
internal static class OperatorServices
{
    private const string DefaultNamespace = "kdd-system";

    /// <summary>Requests to the API server, Events.</summary>
    public static IServiceCollection AddCluster(this IServiceCollection services, OperatorOptions options, ClusterConnection cluster, TimeProvider timeProvider) => services
        .AddSingleton(options.Namespace.Length > 0 ? options : options with { Namespace = cluster.Namespace ?? DefaultNamespace })
        .AddSingleton(timeProvider)
        .AddSingleton(cluster)
        .AddSingleton(new KubernetesApi(cluster.CreateHttpClient(), timeProvider))
        .AddSingleton(provider => new EventRecorder(
            provider.GetRequiredService<KubernetesApi>(), "kdd.dev/operator", options.Identity, timeProvider, provider.GetRequiredService<ILogger<EventRecorder>>()));

    /// <summary>Leases: who lives, which namespaces are ours.</summary>
    public static IServiceCollection AddOwnership(this IServiceCollection services) => services
        .AddSingleton<MemberCertificate>()
        .AddSingleton<MemberAddress>()
        .AddSingleton<Membership>()
        .AddSingleton(provider => new LeaseObserver(
            provider.GetRequiredService<KubernetesApi>(), provider.GetRequiredService<OperatorOptions>().Namespace, MemberLease.LabelSelector,
            MemberLease.Duration, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LeaseObserver>>()))
        .AddSingleton(provider =>
        {
            OperatorOptions options = provider.GetRequiredService<OperatorOptions>();
            var lease = new HeldLeaseOptions
            {
                Name = new NamespacedName(options.Namespace, MemberLease.NameOf(options.Identity)),
                Holder = options.Identity,
                FieldManager = StatusWriter.FieldManager,
                Labels = new Dictionary<string, string> { [MemberLease.LabelKey] = MemberLease.LabelValue },
                Annotations = () => provider.GetRequiredService<MemberAddress>().Annotations,
                Duration = MemberLease.Duration,
                RenewInterval = MemberLease.RenewInterval,
                RenewDeadline = MemberLease.RenewDeadline,
            };
            return new HeldLease(provider.GetRequiredService<KubernetesApi>(), lease, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HeldLease>>());
        });

    /// <summary>CONTROL: LogView -> pods -> Session -> status.</summary>
    public static IServiceCollection AddReconciliation(this IServiceCollection services) => services
        .AddSingleton(provider => new Informer<ObservedLogView>(
            provider.GetRequiredService<KubernetesApi>(), new InformerOptions { Type = ObservedLogView.Type }, ObservedLogView.Format,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Informer<ObservedLogView>>>()))
        .AddSingleton(provider => provider.GetRequiredService<Informer<ObservedLogView>>().Lister)
        .AddSingleton<ClusterCache>().AddSingleton<KindDiscovery>().AddSingleton<ScaleReader>().AddSingleton<WorkloadResolver>()
        .AddSingleton<LogViewQueue>().AddSingleton<StatusWriter>().AddSingleton<StatusBuilder>().AddSingleton<LogViewEvents>()
        .AddSingleton<SessionStarter>().AddSingleton<OrphanedPods>().AddSingleton<LogViewReconciler>().AddSingleton<LogViewController>()
        .AddSingleton<OperatorMetrics>().AddSingleton<Readiness>().AddSingleton<GatewayAuthentication>().AddSingleton<OwnerCheck>()
        .AddSingleton<OperatorService>().AddHostedService(provider => provider.GetRequiredService<OperatorService>())
        .AddHostedService(_ => new QuietMemory(TimeProvider.System));

    /// <summary>DATA: pods/log -> lines -> buffer -> viewers.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<OperatorOptions>().Limits)
        .AddSingleton(provider => new PodLogClient(provider.GetRequiredService<ClusterConnection>().CreateHttpClient()))
        .AddSingleton<ContainerStatusClient>().AddSingleton<UpstreamPool>()
        .AddSingleton<SessionRegistry>()
        .AddSingleton(provider => new SessionContext
        {
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            Upstream = provider.GetRequiredService<UpstreamPool>(),
            Limits = provider.GetRequiredService<SessionLimits>(),
            Epoch = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            PodExists = provider.GetRequiredService<ClusterCache>().HasPod,
            LoggerFactory = provider.GetRequiredService<ILoggerFactory>(),
        });
}
