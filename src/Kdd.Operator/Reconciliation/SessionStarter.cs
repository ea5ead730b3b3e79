using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Reconciliation;

/// <summary>Starts the session of a LogView, or gives the running one its new spec.</summary>
internal sealed class SessionStarter(SessionRegistry sessions, SessionContext context, LogViewQueue queue, TimeProvider timeProvider)
{
    /// <summary>
    /// A LogView younger than this streams at once: somebody is waiting for it. An older one that comes to a replica (a
    /// start, a hand-over) waits for a viewer, or 10,000 of them would open all their streams together.
    /// </summary>
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(10);

    public async Task<Session> BringAsync(ObservedLogView observed, SessionRecord record, CompiledSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Session? session = sessions.Find(observed.Name);
        bool first = session is null;
        if (session is not null && record.SpecGeneration != observed.Metadata.Generation)
        {
            if (session.Snapshot().State == SessionState.Ended && record.AsksForMore(spec.Spec))
            {
                await sessions.LeaveAsync(observed.Name);
                (session, record.StartTime, record.CompletionTime) = (null, null, null);
            }
            else
            {
                session.Update(spec);
            }
        }

        session ??= Start(observed, record, spec, first);
        (record.Spec, record.SpecGeneration) = (spec, observed.Metadata.Generation);
        return session;
    }

    /// <summary>
    /// The verdict of a session that has ended for the present spec, as its status says it. Another replica's buffer is gone,
    /// its end stands, also while a viewer has the lines read once more.
    /// </summary>
    public static Verdict? Remembered(ObservedLogView observed)
        => EndOf(observed) is { } complete ? new Verdict(true, complete.Reason, complete.Message) : null;

    private Session Start(ObservedLogView observed, SessionRecord record, CompiledSpec spec, bool first)
    {
        LogViewStatus? status = observed.LogView!.Status;
        Condition? ended = first ? EndOf(observed) : null;
        bool young = timeProvider.GetUtcNow() - (observed.Metadata.CreationTimestamp ?? default) < s_young;
        bool finite = !spec.Spec.Follow;
        bool startIdle = ended is not null || (first && !young && !finite && spec.Spec.IdleTimeout.Value > TimeSpan.Zero);
        if (first)
        {
            // A spec that changed after the end begins a new life.
            record.StartTime = ended is null && status?.CompletionTime is not null ? null : status?.StartTime;
            record.CompletionTime = ended is null ? null : status?.CompletionTime;
        }

        var session = new Session(observed.Name, observed.Metadata.Uid, spec, context, startIdle);
        session.Changed += () => queue.Add(observed.Name);
        sessions.Add(session);
        (record.Pods, record.Published) = (null, 0);
        if (ended is { Reason: ReadyReasons.DeadlineExceeded })
        {
            session.End(EndReasons.DeadlineExceeded);
        }

        return session;
    }

    /// <summary>The Complete condition, if it is true of the present spec.</summary>
    private static Condition? EndOf(ObservedLogView observed)
        => observed.LogView?.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: ConditionTypes.Complete, Status: "True" }
            && condition.ObservedGeneration == observed.Metadata.Generation);
}
