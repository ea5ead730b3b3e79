using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Kubelet.Probes;
using Kdd.DevCluster.Kubelet.Volumes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Kubelet;

/// <summary>All nodes: their Node objects and their kubelets.</summary>
internal sealed class NodeAgents : IClusterComponent, IDisposable
{
    private static readonly ResourceKey Nodes = new("", "nodes");
    private readonly CancellationTokenSource _stopped = new();
    private readonly ContainerRuntime _runtime;
    private readonly Prober _prober;
    private readonly PodAddresses _addresses = new();
    private readonly HostPorts _hostPorts = new();
    private readonly ObjectStore _store;
    private readonly string _folder;
    private readonly List<Task> _loops = [];

    public NodeAgents(
        DevClusterHost host, DevClusterOptions options, ObjectStore store, ServiceAccountTokens tokens, EventWriter events,
        TimeProvider timeProvider, ILogger<NodeAgents> logger)
    {
        _store = store;
        _folder = Path.Combine(host.Directory, "pods");
        _runtime = new ContainerRuntime(options.Images, options.Kubelet.Scripts, timeProvider);
        _prober = new Prober(_runtime);
        All = [.. options.Kubelet.Nodes.Select(node => new NodeAgent(new KubeletContext
        {
            Node = node,
            Clock = new NodeClock(timeProvider, node.ClockSkew),
            Settings = options.Kubelet,
            Store = store.As("kubelet"),
            Runtime = _runtime,
            Environment = new ContainerEnvironment(store, () => host.BaseAddress),
            VolumeFiles = new VolumeFiles(store, tokens, timeProvider),
            Prober = _prober,
            Addresses = _addresses,
            HostPorts = _hostPorts,
            Events = events,
            Gate = new KubeletGate(),
            TimeProvider = timeProvider,
            Logger = logger,
            Folder = _folder,
        }))];
    }

    public IReadOnlyList<NodeAgent> All { get; }

    /// <summary>The kubelet of a node; null when there is no such node.</summary>
    public NodeAgent? Find(string node) => All.FirstOrDefault(agent => agent.Name == node);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // What a cluster before this one left in the same folder are pods that nobody knows any more.
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
        Directory.CreateDirectory(_folder);
        if (!OperatingSystem.IsWindows())
        {
            // Its volumes hold tokens and Secrets.
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        foreach (var agent in All)
        {
            if (_store.Get(Nodes, null, agent.Name) is null)
            {
                _store.Create(Nodes, NodeObject.Build(agent.Context));
            }
            _loops.Add(Task.Run(() => agent.RunAsync(_stopped.Token), CancellationToken.None));
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(All.Select(agent => agent.StopAsync()));
        _hostPorts.Dispose();
    }

    public void Dispose()
    {
        _hostPorts.Dispose();
        _addresses.Dispose();
        _prober.Dispose();
        _runtime.Dispose();
        _stopped.Dispose();
    }
}
