using System.ComponentModel;
using Kdd.Api.Schema;

namespace Kdd.Api.LogViews;

/// <summary>
/// A log session as a Kubernetes resource: which workload's lines are read and what of them is kept.
/// A LogView reads only its own namespace.
/// </summary>
[Resource(GroupName, VersionName, KindName, PluralName, ShortNames = ["lv"], Categories = ["kdd"])]
[PrinterColumn("Workload", "string", ".spec.workload.name")]
[PrinterColumn("Ready", "string", """.status.conditions[?(@.type=="Ready")].status""")]
[PrinterColumn("Reason", "string", """.status.conditions[?(@.type=="Ready")].reason""")]
[PrinterColumn("Streams", "string", ".status.streams.summary")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
[PrinterColumn("Lines", "integer", ".status.lines.kept", Priority = 1)]
[PrinterColumn("Dropped", "integer", ".status.lines.dropped", Priority = 1)]
[PrinterColumn("Viewers", "integer", ".status.viewers", Priority = 1)]
[PrinterColumn("Owner", "string", ".status.owner", Priority = 1)]
[PrinterColumn("URL", "string", ".status.url", Priority = 1)]
[Description("LogView declares a log session: the workload, container, filter and tail whose lines the operator streams and the gateway serves.")]
public sealed record LogView
{
    public const string GroupName = "kdd.dev";
    public const string VersionName = "v1alpha1";
    public const string KindName = "LogView";
    public const string PluralName = "logviews";

    public string ApiVersion { get; set; } = GroupName + "/" + VersionName;

    public string Kind { get; set; } = KindName;

    public ObjectMeta Metadata { get; set; } = new();

    [Description("What to read, from where, and how much of it to keep.")]
    public required LogViewSpec Spec { get; init; }

    [Description("What the operator observes.")]
    public LogViewStatus? Status { get; set; }
}
