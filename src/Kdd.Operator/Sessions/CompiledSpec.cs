using Kdd.Api.LogViews;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>A spec with its expressions compiled: everything a session needs of it. Immutable.</summary>
public sealed class CompiledSpec
{
    private CompiledSpec(LogViewSpec spec, LineFilter filter, Redactor redactor)
    {
        Spec = spec;
        Filter = filter;
        Redactor = redactor;
    }

    public LogViewSpec Spec { get; }

    internal LineFilter Filter { get; }

    internal Redactor Redactor { get; }

    /// <exception cref="InvalidSpecException">An expression does not compile.</exception>
    public static CompiledSpec Compile(LogViewSpec spec) => new(spec, LineFilter.Compile(spec.Filter), Redactor.Compile(spec.Redact));

    /// <summary>True when the container is read: <c>exclude</c> wins over <c>include</c>.</summary>
    public bool Reads(string container)
        => Glob.MatchesAny(Spec.Container.Include, container) && !Glob.MatchesAny(Spec.Container.Exclude, container);

    /// <summary>The same choice of lines, read once to the end.</summary>
    internal CompiledSpec ForRefill() => new(
        Spec with { Follow = false, IdleTimeout = Kdd.Api.LogViews.Duration.Parse("0s"), Suspend = false }, Filter, Redactor);

    /// <summary>True when a buffer filled under <paramref name="other"/> holds what this spec asks for.</summary>
    internal bool KeepsSameLines(CompiledSpec other)
        => SameFilter(Spec.Filter, other.Spec.Filter)
            && (Spec.Redact ?? []).SequenceEqual(other.Spec.Redact ?? [])
            && Spec.Container.Include.SequenceEqual(other.Spec.Container.Include)
            && Spec.Container.Exclude.SequenceEqual(other.Spec.Container.Exclude);

    private static bool SameFilter(LineFilterSpec a, LineFilterSpec b)
        => a.IgnoreCase == b.IgnoreCase && a.MinLevel == b.MinLevel
            && (a.Include ?? []).SequenceEqual(b.Include ?? []) && (a.Exclude ?? []).SequenceEqual(b.Exclude ?? []);
}
