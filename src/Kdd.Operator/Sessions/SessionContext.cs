using Kdd.Kubernetes;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>What all sessions of a replica share.</summary>
public sealed class SessionContext
{
    /// <summary>Epochs of one session: it takes another for each refill, and when it has to begin again.</summary>
    private const ulong SessionEpochs = 1UL << 40;

    private readonly Lazy<BufferMemory> _memory;
    private readonly Lazy<ViewerPlaces> _places;
    private long _sessions;

    public SessionContext()
    {
        _memory = new(() => new BufferMemory(Limits.MaxBufferMemory));
        _places = new(() => new ViewerPlaces(Limits.MaxViewers, Limits.MaxViewersPerUser));
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    private SessionContext(SessionContext other, ulong epoch)
    {
        (_memory, _places) = (other._memory, other._places);
        (TimeProvider, Upstream, Limits, Epoch, LoggerFactory) = (other.TimeProvider, other.Upstream, other.Limits, epoch, other.LoggerFactory);
        PodExists = other.PodExists;
    }

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Upstream streams; sessions over one container share one.</summary>
    public required UpstreamPool Upstream { get; init; }

    public SessionLimits Limits { get; init; } = new();

    /// <summary>New at each start of the process; the first field of every cursor.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>
    /// Whether a pod (name, uid) that a session's workload has no more still exists: it was taken out of the workload then, not
    /// deleted.
    /// </summary>
    public Func<NamespacedName, string, bool> PodExists { get; init; } = static (_, _) => false;

    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>Bytes that all session buffers hold.</summary>
    public long BufferMemoryUsed => Memory.Used;

    /// <summary>Viewers of all sessions.</summary>
    public int Viewers => ViewerPlaces.Taken;

    /// <summary>The same limits and streams under another epoch.</summary>
    internal SessionContext WithEpoch(ulong epoch) => new(this, epoch);

    /// <summary>
    /// The epoch of the next session. The first has the replica's; a LogView's second session, or another LogView of its name,
    /// must not take a cursor of the first for its own.
    /// </summary>
    internal ulong NextEpoch() => unchecked(Epoch + (SessionEpochs * (ulong)(Interlocked.Increment(ref _sessions) - 1)));

    internal BufferMemory Memory => _memory.Value;

    internal ViewerPlaces ViewerPlaces => _places.Value;
}
