namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>How a kubelet keeps and serves logs. The defaults are those of a real kubelet.</summary>
public sealed record LogSettings
{
    /// <summary>Size in bytes past which the current file is rotated (containerLogMaxSize, 10Mi).</summary>
    public long MaxSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>Folder that files are moved to instead of being deleted, as <c>NAMESPACE_POD_UID/CONTAINER/FILE</c>: the whole history of dead pods too, for tests that count lines.</summary>
    public string? ArchiveFolder { get; init; }

    /// <summary>Files kept for a container, the current one included (containerLogMaxFiles).</summary>
    public int MaxFiles { get; init; } = 5;

    /// <summary>How often sizes are looked at (containerLogMonitorInterval): a fast writer outgrows <see cref="MaxSize"/> in between.</summary>
    public TimeSpan MonitorInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the end of a container to the end of the streams that follow it: 0.8 s were measured on a real kubelet.</summary>
    public TimeSpan EndDelay { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>A stream is ended after this long, whatever goes on: the write timeout of a kubelet's server.</summary>
    public TimeSpan StreamLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Hold the response headers of a follow back until the first byte, as some proxies before an API server do.</summary>
    public bool WithholdHeaders { get; init; }

    /// <summary>Whether <c>stream=</c> may be asked for (feature gate PodLogsQuerySplitStreams, alpha and off).</summary>
    public bool SplitStreams { get; init; }
}
