using Kdd.Api.LogViews;
using Kdd.Kubernetes.Events;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Reconciliation;

/// <summary>Records what happened to a LogView as Events: on a change of its verdict, never on a mere look.</summary>
internal sealed class LogViewEvents(EventRecorder recorder, OperatorOptions options)
{
    public void Report(ObservedLogView observed, SessionRecord record, Verdict verdict, SessionSnapshot? session)
    {
        var regarding = new ObjectReference(
            ObservedLogView.Type.ApiVersion, LogView.KindName, observed.Metadata.Namespace, observed.Metadata.Name, observed.Metadata.Uid);
        if (record.Reason != verdict.Reason)
        {
            record.Reason = verdict.Reason;
            if (EventOf(verdict) is var (type, reason, action))
            {
                recorder.Record(regarding, type, reason, action, verdict.Message);
            }
        }

        if (observed.LogView?.Status?.Owner is { } owner && owner != options.Identity && !record.OwnerReported)
        {
            record.OwnerReported = true;
            recorder.Record(regarding, EventType.Normal, "OwnerChanged", "TakeOver", $"{options.Identity} streams this LogView now, {owner} did before.");
        }

        if (session is not null)
        {
            ReportStreams(regarding, record, session);
        }
    }

    private void ReportStreams(ObjectReference regarding, SessionRecord record, SessionSnapshot session)
    {
        if (session.Lines.Dropped > record.LinesDropped)
        {
            recorder.Record(regarding, EventType.Warning, "LinesDropped", "Stream", $"{session.Lines.Dropped - record.LinesDropped} lines could not be read and are declared lost.");
        }

        record.LinesDropped = session.Lines.Dropped;
        SourceSnapshot? failed = session.Sources.FirstOrDefault(source => source.State is SourceState.BackOff or SourceState.Denied);
        string? failure = failed is null ? null : $"{failed.Pod}/{failed.Container}: {failed.Message ?? failed.Reason}";
        if (failure is not null && failure != record.StreamFailure)
        {
            recorder.Record(regarding, EventType.Warning, "StreamFailed", "OpenStream", failure);
        }

        record.StreamFailure = failure;
    }

    private static (EventType, string Reason, string Action)? EventOf(Verdict verdict) => verdict.Reason switch
    {
        ReadyReasons.Streaming => (EventType.Normal, "StreamingStarted", "Stream"),
        ReadyReasons.WorkloadNotFound => (EventType.Warning, "WorkloadNotFound", "ResolveWorkload"),
        ReadyReasons.InvalidSpec => (EventType.Warning, "InvalidSpec", "CompileSpec"),
        ReadyReasons.DeadlineExceeded => (EventType.Normal, "DeadlineExceeded", "EndSession"),
        _ => null,
    };
}
