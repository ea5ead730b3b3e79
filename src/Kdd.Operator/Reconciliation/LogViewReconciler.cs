using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Controllers;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Ownership;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// Brings one LogView's session to what its spec asks for, and its status to what the session is:
/// <list type="number">
/// <item>read the LogView from the cache; one that is gone, or another replica's, has no session here</item>
/// <item>compile the spec; one that cannot work is the user's to change, and what runs goes on</item>
/// <item>resolve the workload to pods</item>
/// <item>act on the session: start, update, suspend, end</item>
/// <item>write status, tell viewers, record Events</item>
/// <item>delete the LogView when its time is over, or say when to look again</item>
/// </list>
/// Level-triggered: it never knows why it was woken.
/// </summary>
internal sealed class LogViewReconciler(
    Lister<ObservedLogView> logViews,
    Membership membership,
    WorkloadResolver workloads,
    ClusterCache caches,
    SessionStarter starter,
    SessionRegistry sessions,
    OrphanedPods orphans,
    StatusBuilder statusBuilder,
    StatusWriter statusWriter,
    LogViewEvents events,
    KubernetesApi api,
    TimeProvider timeProvider)
{
    /// <summary>Counters in status are at most this old while lines flow.</summary>
    private static readonly TimeSpan CountersAge = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<NamespacedName, SessionRecord> _records = new();

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName name, CancellationToken cancellationToken)
    {
        // Step 1: read.
        ObservedLogView? observed = logViews.Get(name);
        switch (observed)
        {
            case null or { Metadata.DeletionTimestamp: not null }:
                await sessions.DeleteAsync(name);
                await ForgetAsync(name);
                return ReconcileResult.Done;
            case not null when !membership.IsMine(name.Namespace):
                await sessions.LeaveAsync(name);
                await ForgetAsync(name);
                return ReconcileResult.Done;
        }

        SessionRecord record = _records.GetOrAdd(name, _ => new SessionRecord(observed));
        if (record.Uid != observed.Metadata.Uid)
        {
            // Deleted and created again while nobody looked: another LogView of the same name.
            await sessions.DeleteAsync(name);
            _records[name] = record = new SessionRecord(observed);
        }

        // Step 2: compile.
        if (Compile(observed, record, out CompiledSpec? spec) is { } invalid)
        {
            Report(observed, record, invalid, sessions.Find(name));
            return ReconcileResult.Done;
        }

        // Step 3: resolve.
        WorkloadResolution resolution = await workloads.ResolveAsync(name, spec!.Spec, cancellationToken);
        if (resolution is WorkloadResolution.Pending)
        {
            return ReconcileResult.Done;
        }

        // Step 4: act.
        if (starter.Waits(observed, record, spec))
        {
            Verdict waiting = SessionStarter.Remembered(observed) ?? VerdictRules.Decide(resolution, SessionSnapshot.Waiting);
            record.CompletionTime = waiting.Complete ? record.CompletionTime ?? observed.LogView!.Status?.CompletionTime : null;
            Report(observed, record, waiting, session: null);
            return await NextAsync(observed, record, spec.Spec, resolution, SessionSnapshot.Waiting, waiting, cancellationToken);
        }

        Session session = await starter.BringAsync(observed, record, spec, cancellationToken);
        Act(session, record, spec.Spec, resolution);

        // Step 5: report.
        SessionSnapshot snapshot = session.Snapshot();
        Verdict verdict = SessionStarter.Remembered(observed) ?? VerdictRules.Decide(resolution, snapshot);
        record.CompletionTime = verdict.Complete ? record.CompletionTime ?? snapshot.CompletionTime ?? timeProvider.GetUtcNow() : null;
        Report(observed, record, verdict, session);

        // Step 6: what time does.
        return await NextAsync(observed, record, spec.Spec, resolution, snapshot, verdict, cancellationToken);
    }

    private static Verdict? Compile(ObservedLogView observed, SessionRecord record, out CompiledSpec? spec)
    {
        spec = record.Spec;
        if (observed.LogView is null)
        {
            return Verdict.InvalidSpec(observed.Problem ?? "the LogView cannot be read");
        }

        if (spec is not null && record.SpecGeneration == observed.Metadata.Generation)
        {
            return null;
        }

        try
        {
            spec = CompiledSpec.Compile(observed.LogView.Spec);
            return null;
        }
        catch (InvalidSpecException e)
        {
            return Verdict.InvalidSpec(spec is null ? e.Message : e.Message + " (the session goes on with the last valid spec)");
        }
    }

    private void Act(Session session, SessionRecord record, LogViewSpec spec, WorkloadResolution resolution)
    {
        session.SetSuspended(spec.Suspend);
        record.StartTime = spec.Suspend ? null : record.StartTime ?? timeProvider.GetUtcNow();
        switch (resolution)
        {
            case WorkloadResolution.Resolved resolved:
                Tell(session, record, resolved.Pods, resolved.Finished);
                break;
            case WorkloadResolution.NotFound:
            case WorkloadResolution.Forbidden when record.Pods is null:
                Tell(session, record, [], finished: false);
                break;
        }

        if (Deadline(record, spec) is { } deadline && deadline <= timeProvider.GetUtcNow())
        {
            session.End(EndReasons.DeadlineExceeded);
        }
    }

    /// <summary>The session says when it has changed, and it does with each list of pods: the same list twice would never end.</summary>
    private void Tell(Session session, SessionRecord record, IReadOnlyList<PodRecord> pods, bool finished)
    {
        PodRecord[] ordered = [.. orphans.Keep(session.Name, record.Pods ?? [], pods).OrderBy(pod => pod.Name, StringComparer.Ordinal)];
        if (record.Pods is null || record.WorkloadFinished != finished || !record.Pods.SequenceEqual(ordered, ReferenceEqualityComparer.Instance))
        {
            (record.Pods, record.WorkloadFinished) = (ordered, finished);
            session.SetPods(ordered, finished);
        }
    }

    private void Report(ObservedLogView observed, SessionRecord record, Verdict verdict, Session? session)
    {
        SessionSnapshot? snapshot = session?.Snapshot();
        LogViewStatus status = statusBuilder.Build(observed, verdict, snapshot, record.StartTime, record.CompletionTime);
        statusWriter.Offer(observed, status);
        events.Report(observed, record, verdict, snapshot);

        ulong published = XxHash3.HashToUInt64(JsonSerializer.SerializeToUtf8Bytes(StatusComparison.StateOf(status), LogViewJson.Default.LogViewStatus));
        if (session is not null && published != record.Published)
        {
            record.Published = published;
            session.PublishStatus(StatusComparison.WithoutCounters(status));
        }
    }

    private async Task<ReconcileResult> NextAsync(
        ObservedLogView observed, SessionRecord record, LogViewSpec spec, WorkloadResolution resolution, SessionSnapshot snapshot, Verdict verdict, CancellationToken cancellationToken)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (verdict.Complete)
        {
            if (spec.TtlSecondsAfterFinished is not { } ttl)
            {
                return ReconcileResult.Done;
            }

            TimeSpan left = record.CompletionTime!.Value.AddSeconds(ttl) - now;
            if (left > TimeSpan.Zero)
            {
                return ReconcileResult.RequeueAfter(left);
            }

            // With the version it was decided on: a LogView that was changed just now is not finished any more.
            await api.DeleteAsync(ApiPath.To(ObservedLogView.Type).Named(observed.Name), observed.Metadata.Uid, observed.Metadata.ResourceVersion, cancellationToken);
            return ReconcileResult.Done;
        }

        TimeSpan? next = Deadline(record, spec) - now;
        next = Sooner(next, resolution.RecheckAfter);
        next = Sooner(next, snapshot.StreamsActive > 0 ? CountersAge : null);
        return next is { } delay ? ReconcileResult.RequeueAfter(delay) : ReconcileResult.Done;
    }

    private async Task ForgetAsync(NamespacedName name)
    {
        _records.TryRemove(name, out _);
        statusWriter.Forget(name);
        await caches.ForgetAsync(name);
    }

    private static DateTimeOffset? Deadline(SessionRecord record, LogViewSpec spec)
        => spec.ActiveDeadlineSeconds is { } seconds && record.CompletionTime is null ? record.StartTime?.AddSeconds(seconds) : null;

    private static TimeSpan? Sooner(TimeSpan? left, TimeSpan? right)
        => left is null || right < left ? right ?? left : left;
}
