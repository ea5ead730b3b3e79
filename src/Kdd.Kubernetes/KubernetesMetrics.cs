using System.Diagnostics.Metrics;

namespace Kdd.Kubernetes;

/// <summary>The instruments of the runtime, in the meter <c>Kdd.Kubernetes</c>.</summary>
public static class KubernetesMetrics
{
    /// <summary>For <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = "Kdd.Kubernetes";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "kdd.reconciles", "{run}", "Reconciler runs by controller and result: done, requeue_after, conflict, throttled, error.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "kdd.reconcile.duration", "s", "Time of one reconciler run.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30] });

    private static readonly Counter<long> Lists = Meter.CreateCounter<long>(
        "kdd.informer.lists", "{list}", "Full lists by resource and cause: start, expired, garbage.");

    private static readonly Counter<long> Notifications = Meter.CreateCounter<long>(
        "kdd.informer.notifications", "{notification}", "Watch notifications by resource and type.");

    private static readonly Counter<long> WatchEnds = Meter.CreateCounter<long>(
        "kdd.informer.watch.ends", "{watch}", "Ended watches by resource and how: clean, expired, stalled, garbage, failed.");

    private static readonly Counter<long> UnreadableObjects = Meter.CreateCounter<long>(
        "kdd.informer.unreadable", "{object}", "Objects that could not be parsed; they are left out of the cache.");

    internal static void Reconciled(string controller, string result, TimeSpan duration)
    {
        Reconciles.Add(1, new("controller", controller), new("result", result));
        Duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("controller", controller));
    }

    internal static void Listed(ResourceType type, string cause) => Lists.Add(1, new("resource", type.ToString()), new("cause", cause));

    internal static void Notified(ResourceType type, string notification)
        => Notifications.Add(1, new("resource", type.ToString()), new("type", notification));

    internal static void WatchEnded(ResourceType type, string how) => WatchEnds.Add(1, new("resource", type.ToString()), new("how", how));

    internal static void Unreadable(ResourceType type) => UnreadableObjects.Add(1, new KeyValuePair<string, object?>("resource", type.ToString()));
}
