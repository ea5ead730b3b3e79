namespace Kdd.Operator.Sessions;

/// <summary>What one replica takes on; defaults for a container of 512 MiB. Past a limit new work waits, nothing dies.</summary>
public sealed record SessionLimits
{
    /// <summary>Bytes of all session buffers together (<c>--max-buffer-memory</c>).</summary>
    public long MaxBufferMemory { get; init; } = 256L << 20;

    /// <summary>Open upstream streams (<c>--max-streams</c>).</summary>
    public int MaxStreams { get; init; } = 2000;

    /// <summary>Viewers (<c>--max-viewers</c>); one more gets 503 with Retry-After.</summary>
    public int MaxViewers { get; init; } = 500;

    /// <summary>Viewers of one user (<c>--max-viewers-per-user</c>).</summary>
    public int MaxViewersPerUser { get; init; } = 20;

    /// <summary>
    /// Opens of pods/log a second, and how many at once after quiet: the API server exempts them from priority and
    /// fairness, so the limit must be ours.
    /// </summary>
    public int OpensPerSecond { get; init; } = 50;

    public int OpenBurst { get; init; } = 100;

    /// <summary>Probes of silent streams a second.</summary>
    public int ProbesPerSecond { get; init; } = 10;
}
