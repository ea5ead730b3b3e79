using System.Text.Json.Serialization;

namespace Kdd.Kubernetes.Events;

/// <summary>The object that an Event speaks of.</summary>
public sealed record ObjectReference(string ApiVersion, string Kind, string Namespace, string Name, string Uid);

/// <summary><c>events.k8s.io/v1</c> Event as it is written.</summary>
internal sealed record EventObject
{
    public string ApiVersion { get; set; } = "events.k8s.io/v1";
    public string Kind { get; set; } = "Event";
    public required EventMetadata Metadata { get; init; }
    public required string EventTime { get; init; }
    public required string ReportingController { get; init; }
    public required string ReportingInstance { get; init; }
    public required string Action { get; init; }
    public required string Reason { get; init; }
    public required ObjectReference Regarding { get; init; }
    public required string Note { get; init; }
    public required string Type { get; init; }
}

internal sealed record EventMetadata(string Name, string Namespace);

internal sealed record EventSeriesPatch(EventSeries Series);

internal sealed record EventSeries(int Count, string LastObservedTime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(EventSeriesPatch))]
internal sealed partial class EventJson : JsonSerializerContext;
