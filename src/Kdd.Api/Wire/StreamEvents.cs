namespace Kdd.Api.Wire;

/// <summary>Names of the events of a stream.</summary>
public static class StreamEvents
{
    /// <summary>One line. Its first six fields are the original kdd contract.</summary>
    public const string Log = "log";

    /// <summary>The LogView's status, reduced; on connect and on change.</summary>
    public const string Status = "status";

    /// <summary>A pod or container changed; <see cref="LifecycleKinds"/>.</summary>
    public const string Lifecycle = "lifecycle";

    /// <summary>Once a connection: the backlog, or the resume, is complete; live from here.</summary>
    public const string Synced = "synced";

    /// <summary>Lines could not be delivered; <see cref="GapReasons"/>.</summary>
    public const string Gap = "gap";

    /// <summary>Line counts, every few seconds while anything changes.</summary>
    public const string Stats = "stats";

    /// <summary>A stream failed, or the viewer's rights ended (401, 403: then the close).</summary>
    public const string Error = "error";

    /// <summary>This replica is stopping: come again with the last cursor.</summary>
    public const string Reconnect = "reconnect";

    /// <summary>The session is over; <see cref="EndReasons"/>.</summary>
    public const string End = "end";
}

/// <summary>Values of <c>what</c> in a <c>lifecycle</c> event.</summary>
public static class LifecycleKinds
{
    public const string Scheduled = "Scheduled";
    public const string Started = "Started";
    public const string Ready = "Ready";
    public const string NotReady = "NotReady";
    public const string Restarted = "Restarted";
    public const string Terminated = "Terminated";
    public const string Evicted = "Evicted";
    public const string ImageChanged = "ImageChanged";
    public const string Deleted = "Deleted";
}

/// <summary>Values of <c>reason</c> in a <c>gap</c> event.</summary>
public static class GapReasons
{
    /// <summary>The viewer read too slowly; lines went by.</summary>
    public const string SlowViewer = "slow-viewer";

    /// <summary>Older than what the session retains.</summary>
    public const string Retention = "retention";

    /// <summary>The log file was rotated away faster than it was handed on.</summary>
    public const string Rotation = "rotation";

    /// <summary>More container instances came and went than can be read.</summary>
    public const string Restarts = "restarts";

    /// <summary>The pod was deleted before its lines were served.</summary>
    public const string Deleted = "deleted";

    /// <summary>Gone while nobody watched.</summary>
    public const string Idle = "idle";

    /// <summary>Gone when another replica took over.</summary>
    public const string OwnerChanged = "owner-changed";

    /// <summary>A node's clock stepped back across a resume.</summary>
    public const string Clock = "clock";
}

/// <summary>Values of <c>reason</c> in an <c>end</c> event.</summary>
public static class EndReasons
{
    public const string Completed = "Completed";
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string Deleted = "Deleted";
    public const string Suspended = "Suspended";
}
