using Kdd.Api.LogViews;

namespace Kdd.Operator.Sessions;

/// <summary>A spec with its expressions compiled: everything a session needs of it. Immutable.</summary>
public sealed class CompiledSpec
{
    private CompiledSpec(LogViewSpec spec) => Spec = spec;

    public LogViewSpec Spec { get; }

    /// <exception cref="InvalidSpecException">An expression does not compile.</exception>
    public static CompiledSpec Compile(LogViewSpec spec) => new(spec);
}
