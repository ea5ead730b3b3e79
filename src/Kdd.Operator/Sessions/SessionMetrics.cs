using System.Diagnostics.Metrics;

namespace Kdd.Operator.Sessions;

/// <summary>What the sessions of a replica did with lines, in the meter <c>Kdd.Operator</c>: received = kept + filtered + what waits for its place.</summary>
internal static class SessionMetrics
{
    /// <summary>One for the process: a listener holds on to every meter that there ever was.</summary>
    private static readonly Meter s_meter = new("Kdd.Operator");

    private static readonly Counter<long> s_received = s_meter.CreateCounter<long>("kdd.session.lines.received", "{line}", "Lines that upstream streams delivered to sessions.");
    private static readonly Counter<long> s_kept = s_meter.CreateCounter<long>("kdd.session.lines.kept", "{line}", "Lines that passed the filter.");
    private static readonly Counter<long> s_filtered = s_meter.CreateCounter<long>("kdd.session.lines.filtered", "{line}", "Lines that did not.");
    private static readonly Counter<long> s_lost = s_meter.CreateCounter<long>("kdd.session.lines.lost", "{line}", "Lines declared lost upstream, as far as their number is known.");
    private static readonly Counter<long> s_gaps = s_meter.CreateCounter<long>("kdd.session.gaps", "{gap}", "Gaps declared, by reason.");
    private static readonly Counter<long> s_delivered = s_meter.CreateCounter<long>("kdd.viewer.lines", "{line}", "Lines sent to viewers.");
    private static readonly Counter<long> s_restarts = s_meter.CreateCounter<long>("kdd.session.restarts", "{restart}", "Sessions that failed by a defect and began again.");

    public static void Received(int lines) => s_received.Add(lines);

    public static void Placed(long kept, long filtered)
    {
        if (kept > 0)
        {
            s_kept.Add(kept);
        }

        if (filtered > 0)
        {
            s_filtered.Add(filtered);
        }
    }

    public static void Gap(string reason, long lost)
    {
        s_gaps.Add(1, new KeyValuePair<string, object?>("reason", reason));
        s_lost.Add(lost);
    }

    public static void Delivered(int lines) => s_delivered.Add(lines);

    public static void Restarted() => s_restarts.Add(1);
}
