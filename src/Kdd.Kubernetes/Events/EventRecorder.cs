using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Events;

/// <summary>How grave an Event is, as its <c>type</c> says.</summary>
public enum EventType
{
    /// <summary>Something went as it should.</summary>
    Normal,

    /// <summary>Something that a user should look at.</summary>
    Warning,
}

/// <summary>
/// Writes <c>events.k8s.io/v1</c> Events. The same reason for the same object within six minutes is one Event whose
/// series counts on, written at most every <see cref="SeriesInterval"/>. Recording never waits and never fails its caller:
/// when the API server is slow the oldest unwritten ones go.
/// </summary>
/// <param name="controller">Such as <c>kdd.dev/operator</c>.</param>
/// <param name="instance">Such as the pod's name.</param>
public sealed partial class EventRecorder(KubernetesApi api, string controller, string instance, TimeProvider timeProvider, ILogger<EventRecorder> logger)
{
    /// <summary>As client-go's event broadcaster: a repeat after this long is a new Event.</summary>
    private static readonly TimeSpan SeriesEnds = TimeSpan.FromMinutes(6);

    /// <summary>A series that goes on is written again after 10 s at the earliest.</summary>
    public static readonly TimeSpan SeriesInterval = TimeSpan.FromSeconds(10);

    private const int MaxNote = 1024;
    private const int MaxKnownSeries = 4096;

    private readonly Channel<Recorded> _queue = Channel.CreateBounded<Recorded>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Dictionary<(string Uid, string Reason), Series> _series = [];
    private long _named;

    /// <param name="reason">Why, in CamelCase: <c>StreamFailed</c>.</param>
    /// <param name="action">What the controller did or tried, in CamelCase: <c>OpenStream</c>.</param>
    /// <param name="note">For people; cut to 1,024 characters. Never text of a log line.</param>
    public void Record(ObjectReference regarding, EventType type, string reason, string action, string note)
        => _queue.Writer.TryWrite(new Recorded(regarding, type, reason, action, note.Length > MaxNote ? note[..MaxNote] : note, timeProvider.GetUtcNow()));

    /// <summary>Writes what is recorded until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Recorded recorded in _queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await WriteAsync(recorded, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is KubernetesApiException or HttpRequestException or TimeoutException or InvalidNameException)
                {
                    LogNotWritten(logger, recorded.Reason, recorded.Regarding.Namespace, recorded.Regarding.Name, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The stop of the process; what is unwritten is of no use to anybody later.
        }
    }

    private async Task WriteAsync(Recorded recorded, CancellationToken cancellationToken)
    {
        (string, string) key = (recorded.Regarding.Uid, recorded.Reason);
        ApiPath collection = ApiPath.To(ResourceType.Events).In(recorded.Regarding.Namespace);
        if (_series.TryGetValue(key, out Series? series) && recorded.At - series.LastAt < SeriesEnds)
        {
            (series.Count, series.LastAt) = (series.Count + 1, recorded.At);
            if (recorded.At - series.WrittenAt >= SeriesInterval)
            {
                series.WrittenAt = recorded.At;
                byte[] patch = JsonSerializer.SerializeToUtf8Bytes(new EventSeriesPatch(new EventSeries(series.Count, MicroTime.Format(recorded.At))), EventJson.Default.EventSeriesPatch);
                await api.MergePatchAsync(collection.Named(series.Name), patch, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        if (_series.Count >= MaxKnownSeries)
        {
            _series.Clear();
        }

        // As client-go names them: the object's name, a dot, and what makes it unique.
        string prefix = recorded.Regarding.Name.Length > 220 ? recorded.Regarding.Name[..220].TrimEnd('.', '-') : recorded.Regarding.Name;
        string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}.{recorded.At.UtcTicks + _named++:x16}");
        await api.CreateAsync(collection, ToObject(recorded, name), EventJson.Default.EventObject, cancellationToken).ConfigureAwait(false);
        _series[key] = new Series(name) { LastAt = recorded.At, WrittenAt = recorded.At };
    }

    private EventObject ToObject(Recorded recorded, string name) => new()
    {
        Metadata = new EventMetadata(name, recorded.Regarding.Namespace),
        EventTime = MicroTime.Format(recorded.At),
        ReportingController = controller,
        ReportingInstance = instance,
        Action = recorded.Action,
        Reason = recorded.Reason,
        Regarding = recorded.Regarding,
        Note = recorded.Note,
        Type = recorded.Type.ToString(),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} for {Namespace}/{Name} was not written: {Failure}")]
    private static partial void LogNotWritten(ILogger logger, string reason, string @namespace, string name, string failure);

    private sealed record Recorded(ObjectReference Regarding, EventType Type, string Reason, string Action, string Note, DateTimeOffset At);

    private sealed class Series(string name)
    {
        public string Name { get; } = name;
        public int Count { get; set; } = 1;
        public DateTimeOffset LastAt { get; set; }
        public DateTimeOffset WrittenAt { get; set; }
    }
}
