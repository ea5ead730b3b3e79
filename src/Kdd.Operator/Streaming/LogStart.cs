namespace Kdd.Operator.Streaming;

/// <summary>Where a session begins to read a container.</summary>
internal abstract record LogStart
{
    private LogStart()
    {
    }

    /// <summary>At the session's start: the end of what is there.</summary>
    /// <param name="Lines">At most so many; null: all that the time allows.</param>
    /// <param name="SinceTime">Only lines at or after this, Unix ns.</param>
    /// <param name="Previous">The instance before the current one too.</param>
    public sealed record Tail(int? Lines, long? SinceTime, bool Previous) : LogStart;

    /// <summary>For a viewer that has everything up to a time from another owner: everything from some time before it, however many lines.</summary>
    /// <param name="SinceTime">Lines at or after this, Unix ns of a whole second.</param>
    /// <param name="Watermark">What was written up to here was sent, Unix ns.</param>
    /// <param name="Lines">Read instead where nothing was written since: a node's clock may be behind.</param>
    public sealed record Resume(long SinceTime, long Watermark, int? Lines) : LogStart;

    /// <summary>A container that appeared after the session's start: from its first line, so that a rollout loses none.</summary>
    public sealed record Beginning : LogStart;

    /// <summary>Where the session left off.</summary>
    public sealed record After(LogPosition Position) : LogStart;
}
