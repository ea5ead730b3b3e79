using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Kubelet.Probes;
using Kdd.DevCluster.Kubelet.Volumes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Kubelet;

/// <summary>What the pods of one node share.</summary>
internal sealed record KubeletContext
{
    public required NodeSettings Node { get; init; }

    public required NodeClock Clock { get; init; }

    public required KubeletSettings Settings { get; init; }

    public required ObjectStore Store { get; init; }

    public required ContainerRuntime Runtime { get; init; }

    public required ContainerEnvironment Environment { get; init; }

    public required VolumeFiles VolumeFiles { get; init; }

    public required Prober Prober { get; init; }

    public required PodAddresses Addresses { get; init; }

    public required HostPorts HostPorts { get; init; }

    public required EventWriter Events { get; init; }

    public required KubeletGate Gate { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Folder that the folders of the pods lie in.</summary>
    public required string Folder { get; init; }

    /// <summary>The node's address.</summary>
    public string HostIP { get; init; } = "127.0.0.1";
}
