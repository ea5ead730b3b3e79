using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Kubelet;

/// <summary>A node of the cluster.</summary>
/// <param name="Name">Its name.</param>
public sealed record NodeSettings(string Name)
{
    /// <summary>What its clock is off by: timestamps of its containers' logs carry it.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>Labels beside those that every node has.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>How nodes behave. The defaults are those of real kubelets.</summary>
public sealed record KubeletSettings
{
    /// <summary>The nodes; pods are spread over them.</summary>
    public IReadOnlyList<NodeSettings> Nodes { get; init; } = [new NodeSettings("node-1")];

    /// <summary>Image name to a container written in C#.</summary>
    public IReadOnlyDictionary<string, ContainerScript> Scripts { get; init; } = new Dictionary<string, ContainerScript>();

    /// <summary>How logs are kept and served.</summary>
    public LogSettings Logs { get; init; } = new();

    /// <summary>From the exit of a container to its first restart: a kubelet looks once a second.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait before the second restart in a row; doubles with each one.</summary>
    public TimeSpan InitialBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait between restarts; a container that ran twice as long starts over with no wait.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often volumes are brought up to date with their ConfigMaps and Secrets, and tokens are looked at.</summary>
    public TimeSpan VolumeRefresh { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long containers have to end when the cluster stops.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);
}
