namespace Kdd.Api.LogViews;

/// <summary>Condition types of a LogView. <c>Reconciling</c> and <c>Stalled</c> are abnormal-true (kstatus): absent when fine.</summary>
public static class ConditionTypes
{
    public const string Ready = "Ready";
    public const string WorkloadResolved = "WorkloadResolved";
    public const string Complete = "Complete";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
}

/// <summary>Reasons of the <c>Ready</c> condition.</summary>
public static class ReadyReasons
{
    public const string Streaming = "Streaming";

    /// <summary>A quiet or scaled-down workload is healthy.</summary>
    public const string NoPods = "NoPods";
    public const string Idle = "Idle";
    public const string Suspended = "Suspended";
    public const string Completed = "Completed";
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string WorkloadNotFound = "WorkloadNotFound";
    public const string LimitReached = "LimitReached";

    /// <summary>Stalled: the user must change the spec.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>Stalled: the operator lacks a right that the message names.</summary>
    public const string Forbidden = "Forbidden";
}
