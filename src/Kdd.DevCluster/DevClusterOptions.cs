using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;

namespace Kdd.DevCluster;

/// <summary>How a DevCluster is started. Every default suits a test.</summary>
public sealed record DevClusterOptions
{
    /// <summary>Port of the https listener on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Port of the plain, read-only listener for pods/log floods; null for none, 0 for a free one.</summary>
    public int? PlainPort { get; init; }

    /// <summary>File the admin's kubeconfig is written to; null for none.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>Folder of pods, volumes and logs; null takes a new temporary one that is removed at the end.</summary>
    public string? Directory { get; init; }

    /// <summary>True starts the API server alone: no node, no controllers, no kubelet; pods stay Pending.</summary>
    public bool Empty { get; init; }

    /// <summary>Commands that stand for images: key is the image's last path segment without tag and digest.</summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>Users by bearer token, beside the admin; each is in the group system:authenticated too.</summary>
    public IReadOnlyDictionary<string, UserInfo> Users { get; init; } = new Dictionary<string, UserInfo>();

    /// <summary>Nodes, logs, restarts, and containers written in C#.</summary>
    public KubeletSettings Kubelet { get; init; } = new();

    /// <summary>The clock of the API server, controllers and kubelet.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Least level of what is logged to standard error; null for silence.</summary>
    public LogLevel? LogLevel { get; init; }
}
