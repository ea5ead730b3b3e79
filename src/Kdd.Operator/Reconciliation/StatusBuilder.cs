using Kdd.Api.LogViews;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Reconciliation;

/// <summary>The status that a LogView should have, from a verdict and its session.</summary>
internal sealed class StatusBuilder(OperatorOptions options, TimeProvider timeProvider)
{
    private const int MaxSources = 20;
    private const int MaxSourceMessage = 1024;

    public LogViewStatus Build(ObservedLogView observed, Verdict verdict, SessionSnapshot? session, DateTimeOffset? startTime, DateTimeOffset? completionTime)
    {
        // What is suspended, idle or out of time should not be streaming.
        bool streams = session is { State: SessionState.Streaming or SessionState.LimitReached or SessionState.Ended }
            && verdict.Reason != ReadyReasons.DeadlineExceeded;
        int desired = streams ? session!.StreamsDesired : 0, active = streams ? session!.StreamsActive : 0;
        return new LogViewStatus
        {
            ObservedGeneration = observed.Metadata.Generation,
            Conditions = BuildConditions(observed, verdict),
            Url = options.ExternalUrl is { } url ? new Uri(url, $"logviews/{observed.Metadata.Namespace}/{observed.Metadata.Name}").AbsoluteUri : null,
            Owner = options.Identity,
            Streams = new StreamCounts { Desired = desired, Active = active, Summary = $"{active}/{desired}" },
            Sources = streams && session!.Sources.Count > 0 ? [.. session.Sources.Take(MaxSources).Select(ToStatus)] : null,

            // Without a session, what the last one counted stands.
            Lines = session is null ? observed.LogView?.Status?.Lines : session.Lines.ToStatus(),
            LastLineTime = session is null ? observed.LogView?.Status?.LastLineTime : session.LastLineTime,
            StartTime = startTime,
            CompletionTime = completionTime,
            Viewers = session?.Viewers ?? 0,
        };
    }

    private IReadOnlyList<Condition> BuildConditions(ObservedLogView observed, Verdict verdict)
    {
        Conditions conditions = new Conditions(observed.LogView?.Status?.Conditions, observed.Metadata.Generation, timeProvider.GetUtcNow())
            .Set(ConditionTypes.Ready, verdict.Ready, verdict.Reason, verdict.Message)
            .Set(
                ConditionTypes.WorkloadResolved,
                verdict.WorkloadResolved,
                verdict.WorkloadResolved switch { true => "Resolved", false => verdict.Reason, null => "NotTried" },
                verdict.WorkloadResolved is true ? "The workload's pods are known." : verdict.Message)
            .Set(
                ConditionTypes.Complete,
                verdict.Complete,
                verdict.Complete ? verdict.Reason : "Running",
                verdict.Complete ? verdict.Message : "The session has not ended.");
        if (verdict.Reconciling)
        {
            conditions.Set(ConditionTypes.Reconciling, true, verdict.Reason, verdict.Message);
        }

        if (verdict.Stalled)
        {
            conditions.Set(ConditionTypes.Stalled, true, verdict.Reason, verdict.Message);
        }

        return conditions.ToList();
    }

    private static SourceStatus ToStatus(SourceSnapshot source) => new()
    {
        Pod = source.Pod,
        Container = source.Container,
        State = source.State.ToString(),
        Reason = source.Reason,
        Message = source.Message is { Length: > MaxSourceMessage } message ? message[..MaxSourceMessage] : source.Message,
        Skew = source.Skew is { } skew ? FormattableString.Invariant($"{skew.TotalSeconds:0.0}s") : null,
    };
}
