using Kdd.Api.LogViews;

namespace Kdd.Operator.Sessions;

/// <summary>What a session is doing.</summary>
public enum SessionState
{
    /// <summary>Streams are open, or open as soon as there are pods.</summary>
    Streaming,

    /// <summary>Nobody watched for <c>spec.idleTimeout</c>: streams are closed, the buffer stays, the next viewer reopens them.</summary>
    Idle,

    Suspended,

    /// <summary>Waits for streams or buffer memory of the replica.</summary>
    LimitReached,

    /// <summary>Over; the buffer stays readable. <see cref="SessionSnapshot.EndReason"/> says why.</summary>
    Ended,
}

/// <summary>Where the stream of one container is; the values of <c>status.sources[].state</c>, the worst last.</summary>
public enum SourceState
{
    Streaming,
    Ended,
    Waiting,
    BackOff,
    Denied,
}

/// <summary>One container's stream, for status.</summary>
/// <param name="Skew">How far the node's clock is off: positive when it is behind. Null while unknown or under a second.</param>
public sealed record SourceSnapshot(string Pod, string Container, SourceState State, string? Reason, string? Message, TimeSpan? Skew);

/// <summary>What status says of a session, read at one moment.</summary>
public sealed record SessionSnapshot
{
    /// <summary>Of a LogView whose session starts with its first viewer.</summary>
    internal static readonly SessionSnapshot Waiting = new() { State = SessionState.Idle, Lines = default };

    public required SessionState State { get; init; }

    /// <summary>One of <see cref="Kdd.Api.Wire.EndReasons"/> once the session ended.</summary>
    public string? EndReason { get; init; }

    /// <summary>Containers that should be streamed, and that are.</summary>
    public int StreamsDesired { get; init; }

    public int StreamsActive { get; init; }

    /// <summary>At most 20, the worst first.</summary>
    public IReadOnlyList<SourceSnapshot> Sources { get; init; } = [];

    /// <summary>received = kept + filtered + dropped, at every moment.</summary>
    public required SessionLineCounts Lines { get; init; }

    public DateTimeOffset? LastLineTime { get; init; }

    public DateTimeOffset StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public int Viewers { get; init; }

    /// <summary>True once the backlog of the pods present at the start is in the buffer.</summary>
    public bool BacklogComplete { get; init; }

    /// <summary>True when the backlog held more lines than <c>spec.retain</c> keeps.</summary>
    public bool BacklogExceededRetention { get; init; }
}

/// <summary>Counts since the session started.</summary>
/// <param name="Received">Lines read, and lines known to have been lost.</param>
/// <param name="Kept">Lines that passed the filter.</param>
/// <param name="Filtered">Lines that did not.</param>
/// <param name="Dropped">Lines declared lost upstream, as far as their number is known.</param>
public readonly record struct SessionLineCounts(long Received, long Kept, long Filtered, long Dropped)
{
    public LineCounts ToStatus() => new() { Received = Received, Kept = Kept, Dropped = Dropped };
}
