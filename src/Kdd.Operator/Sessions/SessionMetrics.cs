using System.Diagnostics.Metrics;

namespace Kdd.Operator.Sessions;

/// <summary>What the sessions of a replica did with lines, in the meter <c>Kdd.Operator</c>: received = kept + filtered + what waits for its place.</summary>
internal static class SessionMetrics
{
    /// <summary>One for the process: a listener holds on to every meter that there ever was.</summary>
    private static readonly Meter Meter = new("Kdd.Operator");

    private static readonly Counter<long> ReceivedLines = Meter.CreateCounter<long>("kdd.session.lines.received", "{line}", "Lines that upstream streams delivered to sessions.");
    private static readonly Counter<long> Kept = Meter.CreateCounter<long>("kdd.session.lines.kept", "{line}", "Lines that passed the filter.");
    private static readonly Counter<long> Filtered = Meter.CreateCounter<long>("kdd.session.lines.filtered", "{line}", "Lines that did not.");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("kdd.session.lines.lost", "{line}", "Lines declared lost upstream, as far as their number is known.");
    private static readonly Counter<long> Gaps = Meter.CreateCounter<long>("kdd.session.gaps", "{gap}", "Gaps declared, by reason.");
    private static readonly Counter<long> DeliveredLines = Meter.CreateCounter<long>("kdd.viewer.lines", "{line}", "Lines sent to viewers.");
    private static readonly Counter<long> Restarts = Meter.CreateCounter<long>("kdd.session.restarts", "{restart}", "Sessions that failed by a defect and began again.");

    public static void Received(int lines) => ReceivedLines.Add(lines);

    public static void Placed(long kept, long filtered)
    {
        if (kept > 0)
        {
            Kept.Add(kept);
        }

        if (filtered > 0)
        {
            Filtered.Add(filtered);
        }
    }

    public static void Gap(string reason, long lost)
    {
        Gaps.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Lost.Add(lost);
    }

    public static void Delivered(int lines) => DeliveredLines.Add(lines);

    public static void Restarted() => Restarts.Add(1);
}
