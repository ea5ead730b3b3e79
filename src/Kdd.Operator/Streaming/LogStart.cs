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

    /// <summary>A container that appeared after the session's start: from its first line, so that a rollout loses none.</summary>
    public sealed record Beginning : LogStart;

    /// <summary>Where the session left off.</summary>
    public sealed record After(LogPosition Position) : LogStart;
}
