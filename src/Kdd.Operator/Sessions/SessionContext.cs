using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>What all sessions of a replica share.</summary>
public sealed class SessionContext
{
    private readonly Lazy<BufferMemory> _memory;
    private readonly Lazy<ViewerPlaces> _places;

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
    }

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Upstream streams; sessions over one container share one.</summary>
    public required UpstreamPool Upstream { get; init; }

    public SessionLimits Limits { get; init; } = new();

    /// <summary>New at each start of the process; the first field of every cursor.</summary>
    public required ulong Epoch { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>Bytes that all session buffers hold.</summary>
    public long BufferMemoryUsed => Memory.Used;

    /// <summary>Viewers of all sessions.</summary>
    public int Viewers => ViewerPlaces.Taken;

    /// <summary>The same limits and streams under another epoch.</summary>
    internal SessionContext WithEpoch(ulong epoch) => new(this, epoch);

    internal BufferMemory Memory => _memory.Value;

    internal ViewerPlaces ViewerPlaces => _places.Value;
}
