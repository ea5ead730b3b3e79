using System.ComponentModel;
using System.Text.Json.Serialization;
using Kdd.Api.Schema;

namespace Kdd.Api.LogViews;

/// <summary>What the operator observes. Written by server-side apply with the field manager <c>kdd-operator</c>.</summary>
public sealed record LogViewStatus
{
    [Description("The generation that this status speaks of.")]
    public long? ObservedGeneration { get; set; }

    [Description("Ready, WorkloadResolved, Complete; Reconciling and Stalled only while true."), ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; set; }

    [Description("Where the viewer shows this LogView.")]
    public string? Url { get; set; }

    [Description("The operator replica that streams it.")]
    public string? Owner { get; set; }

    [Description("Upstream streams.")]
    public StreamCounts? Streams { get; set; }

    [Description("At most 20 sources, the worst first."), MaxEntries(20), ListMapKeys("pod", "container")]
    public IReadOnlyList<SourceStatus>? Sources { get; set; }

    [Description("Counts since the session started.")]
    public LineCounts? Lines { get; set; }

    [Description("Timestamp of the newest line.")]
    [JsonConverter(typeof(TimeJsonConverter))]
    public DateTimeOffset? LastLineTime { get; set; }

    [Description("When the session started.")]
    [JsonConverter(typeof(TimeJsonConverter))]
    public DateTimeOffset? StartTime { get; set; }

    [Description("When it ended.")]
    [JsonConverter(typeof(TimeJsonConverter))]
    public DateTimeOffset? CompletionTime { get; set; }

    [Description("Open viewers.")]
    public int? Viewers { get; set; }
}

/// <summary>As <c>metav1.Condition</c>.</summary>
public sealed record Condition
{
    [Length(0, 316), Pattern(@"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$")]
    public required string Type { get; init; }

    [AllowedValues("True", "False", "Unknown")]
    public required string Status { get; init; }

    [Bounds(0)]
    public long? ObservedGeneration { get; set; }

    [JsonConverter(typeof(TimeJsonConverter))]
    public required DateTimeOffset LastTransitionTime { get; init; }

    [Length(1, 1024), Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")]
    public required string Reason { get; init; }

    [Length(0, 32768)]
    public required string Message { get; init; }
}

/// <summary>How many upstream streams there should be and are.</summary>
public sealed record StreamCounts
{
    [Description("Containers that should be streamed.")]
    public int? Desired { get; set; }

    [Description("Containers that are.")]
    public int? Active { get; set; }

    [Description("active/desired.")]
    public string? Summary { get; set; }
}

/// <summary>One container's stream.</summary>
public sealed record SourceStatus
{
    [Description("Pod name.")]
    public required string Pod { get; init; }

    [Description("Container name.")]
    public required string Container { get; init; }

    [Description("State of the stream."), AllowedValues("Streaming", "Waiting", "BackOff", "Denied", "Ended")]
    public required string State { get; init; }

    [Description("Why, in one word.")]
    public string? Reason { get; set; }

    [Description("Why, for people."), Length(0, 1024)]
    public string? Message { get; set; }

    [Description("How far the node's clock is off, when over a second.")]
    public string? Skew { get; set; }
}

/// <summary>Line counts of a session; received = kept + filtered + dropped.</summary>
public sealed record LineCounts
{
    [Description("Lines read.")]
    public long? Received { get; set; }

    [Description("Lines kept after the filter.")]
    public long? Kept { get; set; }

    [Description("Lines declared lost.")]
    public long? Dropped { get; set; }
}
