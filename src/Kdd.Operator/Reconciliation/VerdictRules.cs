using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Reconciliation;

/// <summary>What Ready says, from how the workload resolved and what the session is doing.</summary>
internal static class VerdictRules
{
    public static Verdict Decide(WorkloadResolution resolution, SessionSnapshot session) => (resolution, session) switch
    {
        (_, { State: SessionState.Ended, EndReason: EndReasons.DeadlineExceeded }) => new(true, ReadyReasons.DeadlineExceeded, "The session ran for spec.activeDeadlineSeconds; its buffer can still be read."),
        (_, { State: SessionState.Ended }) => new(true, ReadyReasons.Completed, Completed(session)),
        (_, { State: SessionState.Suspended }) => new(true, ReadyReasons.Suspended, "spec.suspend is true: no stream is open."),
        (WorkloadResolution.Invalid invalid, _) => Verdict.InvalidSpec(invalid.Message),
        (WorkloadResolution.Forbidden forbidden, _) => Verdict.Forbidden(forbidden.Message),
        (WorkloadResolution.NotFound notFound, _) => Verdict.WorkloadNotFound(notFound.Message),
        (_, { State: SessionState.LimitReached }) => new(false, ReadyReasons.LimitReached, "This replica's streams or buffer memory are used up; the session waits for its turn.", Reconciling: true),
        (_, { State: SessionState.Idle }) => new(true, ReadyReasons.Idle, "Nobody watches: streams open with the next viewer."),
        (_, { StreamsDesired: > 0, Sources.Count: > 0 }) when session.Sources.All(source => source.State == SourceState.Denied)
            => Verdict.Forbidden(session.Sources[0].Message ?? "the operator may not read pods/log in this namespace"),
        (WorkloadResolution.Resolved { Pods.Count: 0 } resolved, _) => new(true, ReadyReasons.NoPods, resolved.WhenEmpty ?? "The workload has no pods; their lines are read when they come."),
        _ => new(true, ReadyReasons.Streaming, Streaming(session)),
    };

    private static string Completed(SessionSnapshot session) => session.BacklogExceededRetention
        ? "All lines were read, more than spec.retain keeps: the newest can still be read."
        : "All lines were read; they can still be read.";

    private static string Streaming(SessionSnapshot session) => session.BacklogExceededRetention
        ? "Lines are streamed. The backlog held more than spec.retain keeps: the newest are kept."
        : "Lines are streamed.";
}
