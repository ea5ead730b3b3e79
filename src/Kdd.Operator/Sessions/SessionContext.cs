using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>What all sessions of a replica share.</summary>
public sealed class SessionContext
{
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Upstream streams; sessions over one container share one.</summary>
    public required UpstreamPool Upstream { get; init; }

    public SessionLimits Limits { get; init; } = new();

    /// <summary>New at each start of the process; the first field of every cursor.</summary>
    public required ulong Epoch { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }
}
