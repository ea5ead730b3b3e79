using Kdd.Api.LogViews;
using Kdd.Kubernetes;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>One operator process in a simulation: sessions over a <see cref="ScriptedKubelet"/>.</summary>
internal sealed class SimulatedReplica
{
    private readonly Simulation _simulation;

    public SimulatedReplica(Simulation simulation, ScriptedKubelet kubelet, ulong epoch = 7, SessionLimits? limits = null)
    {
        _simulation = simulation;
        Kubelet = kubelet;
        var http = new HttpClient(kubelet, disposeHandler: false) { BaseAddress = new Uri("http://cluster.test/"), Timeout = Timeout.InfiniteTimeSpan };
        Upstream = new UpstreamPool(
            new PodLogClient(http), new ContainerStatusClient(new KubernetesApi(http, simulation.Time)), simulation.Time, limits ?? new SessionLimits(), NullLoggerFactory.Instance, new Random(simulation.Random.Next()));
        Context = new SessionContext
        {
            TimeProvider = simulation.Time,
            Upstream = Upstream,
            Limits = limits ?? new SessionLimits(),
            Epoch = epoch,
            PodExists = (pod, uid) => kubelet.Containers.Any(container => container.Pod == pod.Name && container.Uid == uid),
            LoggerFactory = NullLoggerFactory.Instance,
        };
    }

    public ScriptedKubelet Kubelet { get; }

    /// <summary>Every session that was started.</summary>
    public List<Session> Sessions { get; } = [];

    public UpstreamPool Upstream { get; }

    public SessionContext Context { get; }

    public static LogViewSpec Spec() => new() { Selector = new LabelSelector(), IdleTimeout = Duration.Parse("0s") };

    public Session Start(LogViewSpec? spec = null, string name = "checkout", bool startIdle = false, IReadOnlyList<InheritedSource>? inherited = null)
    {
        Session? session = null;
        _simulation.Do(() => session = new Session(
            new NamespacedName("shop", name), $"uid-{name}", CompiledSpec.Compile(spec ?? Spec()), Context, startIdle, inherited));
        Sessions.Add(session!);
        return session!;
    }

    /// <summary>The informer tells the session of all containers as they are now, or only of those in some pods.</summary>
    public void ShowPods(Session session, bool finished = false, Func<string, bool>? selects = null) => _simulation.Do(() => session.SetPods(
        [.. Kubelet.Containers.Where(container => selects?.Invoke(container.Pod) ?? true).GroupBy(container => container.Uid).Select(
            pod => pod.First().ToPod() with { Containers = [.. pod.Select(container => container.Tell())] })],
        finished));

    /// <summary>The LogView was changed.</summary>
    public void Change(Session session, LogViewSpec spec) => _simulation.Do(() =>
    {
        session.Update(CompiledSpec.Compile(spec));
        session.SetSuspended(spec.Suspend);
    });

    public void Stop(Session session) => _simulation.Run(async () => await session.DisposeAsync());
}
