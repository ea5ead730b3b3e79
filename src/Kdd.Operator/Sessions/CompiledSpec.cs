using System.Text.Json;
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

    /// <summary>What must be replaced in lines that were kept under <paramref name="before"/>; null: nothing more than was.</summary>
    internal Redactor? RedactorSince(CompiledSpec before)
        => (Spec.Redact ?? []).Except(before.Spec.Redact ?? []).ToArray() is { Length: > 0 } added ? Redactor.Compile(added) : null;

    /// <summary>False when the pods of the two are chosen by different workloads or selectors.</summary>
    internal bool SelectsAs(CompiledSpec other) => Same(
        spec => new LogViewSpec { Workload = spec.Workload, Selector = spec.Selector }, other.Spec);

    /// <summary>False when a backlog read for one is not what the other asks for.</summary>
    internal bool ReadsBacklogAs(CompiledSpec other) => Same(
        spec => new LogViewSpec { Container = spec.Container, Filter = spec.Filter, Tail = spec.Tail, Redact = spec.Redact }, other.Spec);

    /// <summary>Whether a part of both is the same. By its JSON: records compare their lists by reference.</summary>
    internal bool Same(Func<LogViewSpec, LogViewSpec> part, LogViewSpec other)
        => JsonSerializer.SerializeToUtf8Bytes(part(Spec), LogViewJson.Default.LogViewSpec).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(part(other), LogViewJson.Default.LogViewSpec));
}
