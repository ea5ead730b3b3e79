using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>The replica's open upstream streams: one a container, however many sessions read it.</summary>
public sealed class UpstreamPool(PodLogClient client, TimeProvider timeProvider, SessionLimits limits, ILoggerFactory loggerFactory)
{
    internal PodLogClient Client { get; } = client;
    internal TimeProvider TimeProvider { get; } = timeProvider;
    internal SessionLimits Limits { get; } = limits;
    internal ILoggerFactory LoggerFactory { get; } = loggerFactory;
}
