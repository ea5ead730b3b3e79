using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>The replica's open upstream streams: one a container, however many sessions read it.</summary>
public sealed class UpstreamPool
{
    private readonly Dictionary<ContainerKey, LogStream> _streams = [];
    private readonly Lock _lock = new();

    public UpstreamPool(PodLogClient client, ContainerStatusClient statuses, TimeProvider timeProvider, SessionLimits limits, ILoggerFactory loggerFactory)
        : this(client, statuses, timeProvider, limits, loggerFactory, Random.Shared)
    {
    }

    internal UpstreamPool(
        PodLogClient client, ContainerStatusClient statuses, TimeProvider timeProvider, SessionLimits limits, ILoggerFactory loggerFactory, Random random)
    {
        Client = client;
        Statuses = statuses;
        TimeProvider = timeProvider;
        Random = random;
        Opens = new TokenBucket(timeProvider, limits.OpensPerSecond, limits.OpenBurst);
        Probes = new TokenBucket(timeProvider, limits.ProbesPerSecond, limits.ProbesPerSecond);
        Places = new Limit(limits.MaxStreams);
        Logger = loggerFactory.CreateLogger<LogStream>();
    }

    internal PodLogClient Client { get; }

    internal ContainerStatusClient Statuses { get; }

    internal TimeProvider TimeProvider { get; }

    internal Random Random { get; }

    /// <summary>Spaces the opens of logs.</summary>
    internal TokenBucket Opens { get; }

    /// <summary>Spaces the probes of silent streams.</summary>
    internal TokenBucket Probes { get; }

    /// <summary>Streams that may follow at the same time.</summary>
    internal Limit Places { get; }

    internal ILogger Logger { get; }

    /// <summary>Containers with a stream.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Of the stream that is furthest behind its container.</summary>
    public TimeSpan Lag
    {
        get
        {
            lock (_lock)
            {
                return TimeSpan.FromTicks(_streams.Values.Select(stream => stream.Lag).DefaultIfEmpty(0).Max() / 100);
            }
        }
    }

    /// <summary>Joins the container's stream, opening it when this is the first to want it.</summary>
    internal LogSubscription Subscribe(ContainerKey key, LogStart start, ILogSubscriber subscriber, ContainerRecord? record, bool isFinite)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(key, out LogStream? stream))
            {
                stream = new LogStream(key, this);
                _streams.Add(key, stream);
            }

            stream.Observe(record);
            return stream.Subscribe(start, subscriber, isFinite);
        }
    }

    /// <summary>Closes the stream unless somebody has joined it since.</summary>
    internal void CloseIfUnused(LogStream stream)
    {
        lock (_lock)
        {
            if (!stream.IsUsed && _streams.TryGetValue(stream.Key, out LogStream? current) && current == stream)
            {
                _streams.Remove(stream.Key);
                stream.Dispose();
            }
        }
    }
}
