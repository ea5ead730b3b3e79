using System.ComponentModel;
using Kdd.Api.Schema;

namespace Kdd.Api.LogViews;

/// <summary>
/// What a LogView asks for. An initialiser is the field's default in the schema: the CRD is generated from both,
/// so that an object read from the API server and one made in a test mean the same.
/// </summary>
[CelRule("has(self.workload) != has(self.selector)", "exactly one of workload and selector must be set")]
[CelRule("duration(self.orderWindow) <= duration('5s')", "orderWindow must be at most 5s", FieldPath = ".orderWindow")]
[CelRule(
    "quantity(string(self.retain.size)).compareTo(quantity('1Mi')) >= 0 && quantity(string(self.retain.size)).compareTo(quantity('1Gi')) <= 0",
    "retain.size must be from 1Mi to 1Gi",
    FieldPath = ".retain.size")]
public sealed record LogViewSpec
{
    [Description("The workload whose pods are read, in the namespace of the LogView. Exactly one of workload and selector.")]
    public WorkloadReference? Workload { get; set; }

    [Description("Selects pods by label instead of by workload."), Atomic]
    public LabelSelector? Selector { get; set; }

    [Description("Which containers of each pod are read, init, sidecar and ephemeral ones too.")]
    public ContainerSelection Container { get; set; } = new();

    [Description("Which lines are kept.")]
    public LineFilterSpec Filter { get; set; } = new();

    [Description("The backlog that is read when the session starts.")]
    public TailSpec Tail { get; set; } = new();

    [Description("Go on with new lines after the backlog; false reads the backlog and completes.")]
    public bool Follow { get; set; } = true;

    [Description("Live lines of several containers are put in time order within this window; 0s to 5s, 0s is order of arrival.")]
    public Duration OrderWindow { get; set; } = Duration.Parse("100ms");

    [Description("What the session keeps for viewers that come later.")]
    public RetainSpec Retain { get; set; } = new();

    [Description("Replacements made before a line is kept."), MaxEntries(32)]
    public IReadOnlyList<RedactRule>? Redact { get; set; }

    [Description("True closes the streams and keeps the resource.")]
    public bool Suspend { get; set; }

    [Description("Without a viewer for this long the upstream streams close and the buffer stays; the next viewer reopens them. 0s: always streaming.")]
    public Duration IdleTimeout { get; set; } = Duration.Parse("10m");

    [Description("The session ends this long after it started, in seconds."), Bounds(1)]
    public long? ActiveDeadlineSeconds { get; set; }

    [Description("The LogView is deleted this long after the session ended, in seconds; kept when not set."), Bounds(0)]
    public int? TtlSecondsAfterFinished { get; set; }
}

/// <summary>Names a workload in the LogView's namespace, in the manner of the autoscaler's <c>scaleTargetRef</c>.</summary>
public sealed record WorkloadReference
{
    [Description("API version of the workload. May be left out for the built-in kinds: apps/v1, batch/v1 or v1 by kind."), Length(0, 317)]
    public string? ApiVersion { get; set; }

    [Description("Kind of the workload: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController, Pod, or any kind with a scale subresource or that owns pods.")]
    [Length(1, 63)]
    public required string Kind { get; init; }

    [Description("Name of the workload."), Length(1, 253), Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    public required string Name { get; init; }
}

/// <summary>As <c>metav1.LabelSelector</c>.</summary>
public sealed record LabelSelector
{
    [Description("Labels that a pod must have."), MaxEntries(32), Length(0, 63)]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; set; }

    [Description("Label requirements, all of which must hold."), MaxEntries(32)]
    public IReadOnlyList<LabelRequirement>? MatchExpressions { get; set; }
}

/// <summary>As <c>metav1.LabelSelectorRequirement</c>.</summary>
public sealed record LabelRequirement
{
    [Length(0, 317)]
    public required string Key { get; init; }

    [AllowedValues("In", "NotIn", "Exists", "DoesNotExist")]
    public required string Operator { get; init; }

    [MaxEntries(64), Length(0, 63)]
    public IReadOnlyList<string>? Values { get; set; }
}

/// <summary>Globs (<c>*</c> and <c>?</c>) over container names.</summary>
public sealed record ContainerSelection
{
    [Description("Glob patterns (* and ?) of container names to read."), MaxEntries(32), Length(1, 253)]
    public IReadOnlyList<string> Include { get; set; } = ["*"];

    [Description("Glob patterns of container names to leave out; wins over include."), MaxEntries(32), Length(1, 253)]
    public IReadOnlyList<string> Exclude { get; set; } = [];
}

/// <summary>Which lines a session keeps.</summary>
public sealed record LineFilterSpec
{
    [Description("Regular expressions (linear time: no look-around, no back-references); a line is kept when any matches, all lines when the list is empty.")]
    [MaxEntries(32), Length(1, 512)]
    public IReadOnlyList<string>? Include { get; set; }

    [Description("Regular expressions; a line is dropped when any matches. Wins over include."), MaxEntries(32), Length(1, 512)]
    public IReadOnlyList<string>? Exclude { get; set; }

    [Description("Match include and exclude without regard to case.")]
    public bool IgnoreCase { get; set; }

    [Description("Keep lines of this level and above; a line whose level is not known is kept.")]
    [AllowedValues("Trace", "Debug", "Info", "Warn", "Error", "Fatal")]
    public string? MinLevel { get; set; }
}

/// <summary>The backlog of each container, with the meaning of <c>kubectl logs --tail --since --previous</c>.</summary>
public sealed record TailSpec
{
    [Description("Lines per container to begin with; 0 to 100000."), Bounds(0, 100_000)]
    public int Lines { get; set; } = 5000;

    [Description("Only lines younger than this, such as 30s, 15m or 1h.")]
    public Duration? Since { get; set; }

    [Description("Also read the container instance before the current one.")]
    public bool Previous { get; set; }
}

/// <summary>Bounds of a session's buffer; the oldest lines go when either is exceeded.</summary>
public sealed record RetainSpec
{
    [Description("Most lines kept; 100 to 1000000."), Bounds(100, 1_000_000)]
    public int Lines { get; set; } = 20_000;

    [Description("Most bytes kept, as a quantity; 1Mi to 1Gi.")]
    public Quantity Size { get; set; } = Quantity.Parse("16Mi");
}

/// <summary>A replacement made in every line before it is kept, so that a secret never reaches a buffer.</summary>
public sealed record RedactRule
{
    [Description("Regular expression, linear time."), Length(1, 512)]
    public required string Pattern { get; init; }

    [Description("What stands instead; $1 and ${name} are groups."), Length(0, 512)]
    public string Replacement { get; set; } = "***";
}
