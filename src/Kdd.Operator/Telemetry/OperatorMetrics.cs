using System.Diagnostics.Metrics;
using Kdd.Api.LogViews;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Ownership;
using Kdd.Operator.Reconciliation;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Telemetry;

/// <summary>What this replica holds at the moment of a scrape, in the meter <c>Kdd.Operator</c>.</summary>
internal sealed class OperatorMetrics : IDisposable
{
    private readonly Meter _meter = new("Kdd.Operator");

    public OperatorMetrics(SessionRegistry sessions, SessionContext context, Membership membership, Informer<ObservedLogView> logViews)
    {
        _meter.CreateObservableGauge("kdd.members", () => membership.Members, "{member}", "Operator replicas that live.");
        _meter.CreateObservableGauge("kdd.logviews", () => logViews.Lister.Count, "{logview}", "LogViews of the cluster.");
        _meter.CreateObservableGauge("kdd.sessions", () => CountByReason(sessions, logViews), "{session}", "LogViews of this replica by the reason of Ready.");
        _meter.CreateObservableGauge("kdd.buffer.memory", () => context.BufferMemoryUsed, "By", "Bytes that session buffers hold.");
        _meter.CreateObservableGauge("kdd.viewers", () => context.Viewers, "{viewer}", "Open viewers.");
        _meter.CreateObservableGauge("kdd.streams", () => context.Upstream.Count, "{stream}", "Containers with an upstream stream.");
        _meter.CreateObservableGauge("kdd.stream.lag", () => context.Upstream.Lag.TotalSeconds, "s", "How far the stream that is furthest behind reads after its container wrote.");
        _meter.CreateObservableGauge("kdd.informer.silence", () => logViews.Silence.TotalSeconds, "s", "Since the watch of LogViews last brought a byte; a bookmark comes every minute.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> CountByReason(SessionRegistry sessions, Informer<ObservedLogView> logViews) => sessions.Names.Concat(sessions.Waiting)
        .CountBy(name => logViews.Lister.Get(name)?.LogView?.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready)?.Reason ?? "Unknown")
        .Select(group => new Measurement<int>(group.Value, new KeyValuePair<string, object?>("reason", group.Key)));
}
