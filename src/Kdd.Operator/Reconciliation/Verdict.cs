using Kdd.Api.LogViews;

namespace Kdd.Operator.Reconciliation;

/// <summary>What the Ready condition is to say, and with it the others.</summary>
/// <param name="Stalled">Only the user can help (kstatus: Failed).</param>
/// <param name="Reconciling">Not yet there, and it will get there by itself (kstatus: InProgress).</param>
internal sealed record Verdict(bool Ready, string Reason, string Message, bool Stalled = false, bool Reconciling = false)
{
    public static Verdict InvalidSpec(string message) => new(false, ReadyReasons.InvalidSpec, message, Stalled: true);

    public static Verdict Forbidden(string message) => new(false, ReadyReasons.Forbidden, message, Stalled: true);

    public static Verdict WorkloadNotFound(string message) => new(false, ReadyReasons.WorkloadNotFound, message, Reconciling: true);

    /// <summary>The session has ended for good.</summary>
    public bool Complete => Reason is ReadyReasons.Completed or ReadyReasons.DeadlineExceeded;

    /// <summary>Whether the workload is known to exist; null where that was not asked.</summary>
    public bool? WorkloadResolved => Reason switch
    {
        ReadyReasons.WorkloadNotFound or ReadyReasons.Forbidden => false,
        ReadyReasons.InvalidSpec => null,
        _ => true,
    };
}
