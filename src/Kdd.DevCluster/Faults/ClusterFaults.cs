using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Faults;

/// <summary>
/// Faults on demand. A rule holds until it is disposed; the rest happens once. The same by HTTP: see <see cref="FaultEndpoint"/>.
/// </summary>
public sealed class ClusterFaults
{
    private readonly FaultMiddleware _middleware;
    private readonly ConnectionGate _gate;
    private readonly DevClusterHost _host;
    private readonly ObjectStore _store;
    private readonly Lazy<NodeAgents?> _nodes;
    private readonly TimeProvider _timeProvider;

    internal ClusterFaults(
        FaultMiddleware middleware, ConnectionGate gate, DevClusterHost host, ObjectStore store, IServiceProvider services, TimeProvider timeProvider)
    {
        _middleware = middleware;
        _gate = gate;
        _host = host;
        _store = store;
        _nodes = new Lazy<NodeAgents?>(services.GetService<NodeAgents>);
        _timeProvider = timeProvider;
    }

    /// <summary>The rules that hold.</summary>
    public IReadOnlyList<FaultRule> Rules => [.. _middleware.Rules];

    /// <summary>Requests fail with a status code and, when given, Retry-After.</summary>
    public FaultRule Fail(RequestMatch match, int status, int? retryAfterSeconds = null, int? times = null) =>
        Add(new FaultRule(match, FaultAction.Fail, _middleware.Remove) { Status = status, RetryAfterSeconds = retryAfterSeconds, Times = times });

    /// <summary>Requests are served later.</summary>
    public FaultRule Delay(RequestMatch match, TimeSpan wait, int? times = null) =>
        Add(new FaultRule(match, FaultAction.Delay, _middleware.Remove) { Wait = wait, Times = times });

    /// <summary>Requests are never answered. With <see cref="RequestMatch.LeaseWrites"/>: a member that cannot renew.</summary>
    public FaultRule Hang(RequestMatch match, int? times = null) =>
        Add(new FaultRule(match, FaultAction.Hang, _middleware.Remove) { Times = times });

    /// <summary>New streams are cut off after so many bytes.</summary>
    public FaultRule CutAfter(RequestMatch match, long bytes, int? times = null) =>
        Add(new FaultRule(match, FaultAction.Cut, _middleware.Remove) { AfterBytes = bytes, Times = times });

    /// <summary>Streams, open and new, fall silent while their connections stay; lifted, they send what they held.</summary>
    public FaultRule Stall(RequestMatch match) => Add(new FaultRule(match, FaultAction.Stall, _middleware.Remove));

    /// <summary>Every new watch is answered 410 Expired.</summary>
    public FaultRule Expire(RequestMatch match, int? times = null) =>
        Add(new FaultRule(match, FaultAction.Expire, _middleware.Remove) { Times = times });

    /// <summary>Watches carry a line that is no event before each event.</summary>
    public FaultRule Garbage(RequestMatch match) => Add(new FaultRule(match, FaultAction.Garbage, _middleware.Remove));

    /// <summary>Watches carry each event twice.</summary>
    public FaultRule Duplicate(RequestMatch match) => Add(new FaultRule(match, FaultAction.Duplicate, _middleware.Remove));

    /// <summary>Events of watches change places, two by two.</summary>
    public FaultRule Reorder(RequestMatch match) => Add(new FaultRule(match, FaultAction.Reorder, _middleware.Remove));

    /// <summary>
    /// Asks all connections to close, as an API server does that others take over from: HTTP/2 by GOAWAY, its streams go on;
    /// HTTP/1.1 after the next answer. New connections are served.
    /// </summary>
    /// <returns>How many there were.</returns>
    public int GoAway() => _gate.RequestClose();

    /// <summary>Resets all connections; new ones are served.</summary>
    /// <returns>How many there were.</returns>
    public int ResetConnections() => _gate.Reset();

    /// <summary>Breaks the connections of open streams.</summary>
    /// <returns>How many there were.</returns>
    public int CutStreams(RequestMatch match) => ForEachStream(match, stream => stream.Abort());

    /// <summary>Ends open streams cleanly.</summary>
    /// <returns>How many there were.</returns>
    public int EndStreams(RequestMatch match) => ForEachStream(match, stream => stream.End());

    /// <summary>Ends open watches with 410 Expired.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> ExpireWatchesAsync(RequestMatch? match = null)
    {
        var streams = Open(match ?? RequestMatch.Watches).Where(stream => stream.Info.Verb == "watch").ToList();
        foreach (var stream in streams)
        {
            await stream.Body.InjectAsync(FaultStatus.ExpiredEvent, CancellationToken.None);
            stream.End();
        }
        return streams.Count;
    }

    /// <summary>Number of open streams that match.</summary>
    public int CountStreams(RequestMatch match) => Open(match).Count();

    /// <summary>Lifts all rules.</summary>
    public void Clear()
    {
        foreach (var rule in Rules)
        {
            rule.Dispose();
        }
    }

    /// <summary>Forgets the history: a watch or list from any resourceVersion but the newest is 410.</summary>
    public void ForgetHistory() => _store.Compact(_store.Revision);

    /// <summary>
    /// Drops all packets of all connections to the API server, as a network that fails does: nothing is answered, no connection ends,
    /// not even this class's HTTP form can be reached. Disposing the result lets everything through again.
    /// </summary>
    public BlackHole BlackHole() => _gate.Close();

    /// <summary>Restarts the API server: see <see cref="DevClusterHost.RestartApiServerAsync"/>.</summary>
    public Task RestartApiServerAsync(TimeSpan down, TimeSpan drain = default) => _host.RestartApiServerAsync(down, drain);

    /// <summary>Sets what a kubelet does. Down: follows end cleanly, pods/log is 500; Starting: 404; Frozen: nothing moves.</summary>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    public void SetKubelet(string node, KubeletMode mode) => Node(node).Gate.Set(mode);

    /// <summary>
    /// Stops or starts a node's container runtime. While it is down containers run on, none starts, and what they write is held; it
    /// appears when the runtime is back, stamped with that time. Streams stay open.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    public void SetContainerRuntime(string node, bool isDown) => Node(node).SetRuntime(isDown);

    /// <summary>Restarts a kubelet: down, then for a moment without its pods (404), then as before. Containers run on.</summary>
    public async Task RestartKubeletAsync(string node, TimeSpan down)
    {
        SetKubelet(node, KubeletMode.Down);
        await Task.Delay(down, _timeProvider);
        SetKubelet(node, KubeletMode.Starting);
        // 0.3 s passed on a real node between the port's opening and the first 200.
        await Task.Delay(TimeSpan.FromMilliseconds(300), _timeProvider);
        SetKubelet(node, KubeletMode.Running);
    }

    /// <summary>Sets what a node's clock is off by: the next log records bear it.</summary>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    public void SetClockSkew(string node, TimeSpan skew) => Node(node).Context.Clock.Skew = skew;

    /// <summary>Rotates the logs of the containers of matching pods now.</summary>
    /// <returns>How many pods matched.</returns>
    public int RotateLogs(string ns, string pod) => ForEachPod(ns, pod, worker => worker.RotateLogs());

    /// <summary>Replaces the service account tokens in the volumes of matching pods now.</summary>
    /// <returns>How many pods matched.</returns>
    public int RotateTokens(string ns, string pod) => ForEachPod(ns, pod, worker => worker.RotateTokens());

    /// <summary>All service account tokens but those in Secrets end now; the volumes of pods get new ones.</summary>
    /// <returns>The pods whose volumes are renewed.</returns>
    public int ExpireTokens()
    {
        _host.Services.GetRequiredService<Identity.ServiceAccountTokens>().ExpireAll();
        return RotateTokens("*", "*");
    }

    private FaultRule Add(FaultRule rule)
    {
        _middleware.Add(rule);
        return rule;
    }

    private IEnumerable<LiveStream> Open(RequestMatch match) =>
        _middleware.Streams.Where(stream => match.Matches(stream.Info, stream.User));

    private int ForEachStream(RequestMatch match, Action<LiveStream> act)
    {
        var streams = Open(match).ToList();
        streams.ForEach(act);
        return streams.Count;
    }

    private int ForEachPod(string ns, string pod, Action<Kubelet.Pods.PodWorker> act)
    {
        var match = new RequestMatch { Namespace = ns, Name = pod };
        var workers = (_nodes.Value?.All ?? []).SelectMany(agent => agent.Workers)
            .Where(worker => match.Matches(
                new Http.RequestInfo { IsResourceRequest = true, Path = "", Verb = "", Namespace = worker.Pod.Namespace(), Name = worker.Pod.Name() }, ""))
            .ToList();
        workers.ForEach(act);
        return workers.Count;
    }

    private NodeAgent Node(string name) => _nodes.Value?.Find(name)
        ?? throw new ArgumentException($"there is no node \"{name}\"; nodes: {string.Join(", ", (_nodes.Value?.All ?? []).Select(n => n.Name))}", nameof(name));
}
