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
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(10);

    /// <summary>
    /// True where a session would only wait for its first viewer: then there is none, and <paramref name="record"/> is all that is
    /// kept. A viewer who comes (<see cref="SessionRegistry.WantAsync"/>) or a change of the spec ends it.
    /// </summary>
    public bool Waits(ObservedLogView observed, SessionRecord record, CompiledSpec spec)
    {
        bool unchanged = record.Spec is null || (record.Waits && record.SpecGeneration == observed.Metadata.Generation);
        bool waits = unchanged && sessions.Find(observed.Name) is null && !sessions.IsWanted(observed.Name)
            && spec.Spec is { Suspend: false, ActiveDeadlineSeconds: null } && (EndOf(observed) is not null || IsOld(observed, spec));
        if (waits)
        {
            LogViewStatus? status = observed.LogView!.Status;
            (record.Spec, record.SpecGeneration, record.Waits) = (spec, observed.Metadata.Generation, true);
            record.StartTime ??= status?.StartTime ?? timeProvider.GetUtcNow();
            sessions.Wait(observed.Name);
        }

        return waits;
    }

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
                record.Pods = record.Spec is { } last && last.SelectsAs(spec) ? record.Pods : null;
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
        bool startIdle = ended is not null || (first && !record.Waits && IsOld(observed, spec));
        record.Waits = false;
        if (first)
        {
            // A spec that changed after the end begins a new life.
            record.StartTime = ended is null && status?.CompletionTime is not null ? null : status?.StartTime;
            record.CompletionTime = ended is null ? null : status?.CompletionTime;
        }

        var session = new Session(observed.Name, observed.Metadata.Uid, spec, context, startIdle, first ? record.Inherited : null);
        session.Changed += () => queue.Add(observed.Name);
        sessions.Add(session);
        (record.Pods, record.Published) = (null, 0);
        if (ended is { Reason: ReadyReasons.DeadlineExceeded })
        {
            session.End(EndReasons.DeadlineExceeded);
        }

        return session;
    }

    /// <summary>Nobody is known to wait for its lines, and it need not stream without a viewer.</summary>
    private bool IsOld(ObservedLogView observed, CompiledSpec spec)
        => timeProvider.GetUtcNow() - (observed.Metadata.CreationTimestamp ?? default) >= Young && spec.Spec.Follow && spec.Spec.IdleTimeout.Value > TimeSpan.Zero;

    /// <summary>The Complete condition, if it is true of the present spec.</summary>
    private static Condition? EndOf(ObservedLogView observed)
        => observed.LogView?.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: ConditionTypes.Complete, Status: "True" }
            && condition.ObservedGeneration == observed.Metadata.Generation);
}
