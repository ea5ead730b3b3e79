using System.Diagnostics.Metrics;

namespace Kdd.Kubernetes;

/// <summary>The instruments of the runtime, in the meter <c>Kdd.Kubernetes</c>.</summary>
public static class KubernetesMetrics
{
    /// <summary>For <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = "Kdd.Kubernetes";

    private static readonly Meter s_meter = new(MeterName);

    private static readonly Counter<long> s_reconciles = s_meter.CreateCounter<long>(
        "kdd.reconciles", "{run}", "Reconciler runs by controller and result: done, requeue_after, conflict, throttled, error.");

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "kdd.reconcile.duration", "s", "Time of one reconciler run.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30] });

    private static readonly Counter<long> s_lists = s_meter.CreateCounter<long>(
        "kdd.informer.lists", "{list}", "Full lists by resource and cause: start, expired, garbage.");

    private static readonly Counter<long> s_notifications = s_meter.CreateCounter<long>(
        "kdd.informer.notifications", "{notification}", "Watch notifications by resource and type.");

    private static readonly Counter<long> s_watchEnds = s_meter.CreateCounter<long>(
        "kdd.informer.watch.ends", "{watch}", "Ended watches by resource and how: clean, expired, stalled, garbage, failed.");

    private static readonly Counter<long> s_unreadable = s_meter.CreateCounter<long>(
        "kdd.informer.unreadable", "{object}", "Objects that could not be parsed; they are left out of the cache.");

    internal static void Reconciled(string controller, string result, TimeSpan duration)
    {
        s_reconciles.Add(1, new("controller", controller), new("result", result));
        s_duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("controller", controller));
    }

    internal static void Listed(ResourceType type, string cause) => s_lists.Add(1, new("resource", type.ToString()), new("cause", cause));

    internal static void Notified(ResourceType type, string notification)
        => s_notifications.Add(1, new("resource", type.ToString()), new("type", notification));

    internal static void WatchEnded(ResourceType type, string how) => s_watchEnds.Add(1, new("resource", type.ToString()), new("how", how));

    internal static void Unreadable(ResourceType type) => s_unreadable.Add(1, new KeyValuePair<string, object?>("resource", type.ToString()));
}
