using Kdd.Api.LogViews;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Reconciliation;

/// <summary>What the reconciler remembers of a LogView between two runs. Only ever touched by the run of its key.</summary>
internal sealed class SessionRecord(ObservedLogView observed)
{
    public string Uid { get; } = observed.Metadata.Uid;

    /// <summary>The last spec that compiled, and its generation.</summary>
    public CompiledSpec? Spec { get; set; }
    public long SpecGeneration { get; set; }

    /// <summary>No session was started: nothing but a viewer or a change of the spec asks for it.</summary>
    public bool Waits { get; set; }

    /// <summary>Null while suspended, as a suspended Job's: the deadline counts anew from the resume.</summary>
    public DateTimeOffset? StartTime { get; set; }
    public DateTimeOffset? CompletionTime { get; set; }

    /// <summary>Reason of the last verdict, first of another replica's; Events are written when it changes.</summary>
    public string? Reason { get; set; } = observed.LogView?.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Reason;

    /// <summary>What another replica streamed, as its last status says.</summary>
    public IReadOnlyList<InheritedSource> Inherited { get; } = [.. (observed.LogView?.Status?.Sources ?? []).Select(
        source => new InheritedSource(source.Pod, source.Container))];

    public long LinesDropped { get; set; }
    public string? StreamFailure { get; set; }
    public bool OwnerReported { get; set; }

    /// <summary>What the session was last told, so that a run that found nothing new tells it nothing; null: nothing of its present workload.</summary>
    public IReadOnlyList<PodRecord>? Pods { get; set; }
    public bool WorkloadFinished { get; set; }

    /// <summary>Hash of what viewers were last told.</summary>
    public ulong Published { get; set; }

    /// <summary>Whether <paramref name="next"/> asks for other lines, or for a longer life, than the spec at work: an ended session then starts anew.</summary>
    /// <remarks>When a finished LogView is deleted, how viewers are waited for and the order of live lines say nothing about its lines.</remarks>
    public bool AsksForMore(LogViewSpec next) => Spec?.Same(
        static spec => spec with { TtlSecondsAfterFinished = null, IdleTimeout = default, OrderWindow = default, Suspend = false }, next) is not true;
}
