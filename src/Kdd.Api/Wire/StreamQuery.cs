using System.Text.RegularExpressions;

namespace Kdd.Api.Wire;

/// <summary>The query of a stream request: what one viewer wants to see of a session.</summary>
public sealed partial record StreamQuery
{
    /// <summary>Longest <c>q</c> or <c>regex</c>.</summary>
    public const int MaxPatternLength = 512;

    /// <summary>Most values of a repeatable parameter.</summary>
    public const int MaxValues = 32;

    /// <summary>Globs (<c>*</c>, <c>?</c>) over pod names; empty means all.</summary>
    public IReadOnlyList<string> Pods { get; init; } = [];

    /// <summary>Globs over container names; empty means all.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>Substring of the message, without regard to case. Not together with <see cref="Regex"/>.</summary>
    public string? Text { get; init; }

    /// <summary>Linear-time expression over the message, as written.</summary>
    public Regex? Regex { get; init; }

    /// <summary>Least level; a line whose level is not known is shown.</summary>
    public LineLevel MinLevel { get; init; }

    /// <summary>Most lines of backlog, counted after the filters; null: all that is kept.</summary>
    public int? Tail { get; init; }

    /// <summary>Only lines younger than this. Not together with <see cref="SinceTime"/>.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Only lines at or after this time, Unix ns.</summary>
    public long? SinceTime { get; init; }

    /// <summary>False: end after the backlog.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>Go on after this position; <c>Last-Event-ID</c> says the same and wins.</summary>
    public StreamCursor? Cursor { get; init; }

    /// <summary>True when some lines of the session would not be shown.</summary>
    public bool HasFilter => Pods.Count > 0 || Containers.Count > 0 || Text is not null || Regex is not null || MinLevel > LineLevel.Trace
        || Since is not null || SinceTime is not null;
}
