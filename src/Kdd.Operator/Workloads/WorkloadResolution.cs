using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>What became of the question which pods a LogView reads.</summary>
internal abstract record WorkloadResolution
{
    /// <summary>When to ask again, where no watch tells of a change.</summary>
    public TimeSpan? RecheckAfter { get; init; }

    /// <summary>The caches are being filled; the LogView is woken when they are.</summary>
    public sealed record Pending : WorkloadResolution;

    /// <summary>The workload does not exist (yet): the LogView is woken when it appears.</summary>
    public sealed record NotFound(string Message) : WorkloadResolution;

    /// <summary>Only a change of the spec helps.</summary>
    public sealed record Invalid(string Message) : WorkloadResolution;

    /// <summary>The operator lacks a right that the message names.</summary>
    public sealed record Forbidden(string Message) : WorkloadResolution;

    /// <param name="Finished">No further pod will come.</param>
    /// <param name="WhenEmpty">What to tell a user who sees no pods; null where there is nothing to add.</param>
    public sealed record Resolved(IReadOnlyList<PodRecord> Pods, bool Finished, string? WhenEmpty = null) : WorkloadResolution;
}
