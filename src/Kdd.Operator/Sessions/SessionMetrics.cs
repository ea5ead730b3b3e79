using System.Diagnostics.Metrics;

namespace Kdd.Operator.Sessions;

/// <summary>What the sessions of a replica did with lines, in the meter <c>Kdd.Operator</c>: received = kept + filtered + what waits for its place.</summary>
internal sealed class SessionMetrics
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _kept;
    private readonly Counter<long> _filtered;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _restarts;

    public SessionMetrics()
    {
        // Lives as long as the replica.
        var meter = new Meter("Kdd.Operator");
        _received = meter.CreateCounter<long>("kdd.session.lines.received", "{line}", "Lines that upstream streams delivered to sessions.");
        _kept = meter.CreateCounter<long>("kdd.session.lines.kept", "{line}", "Lines that passed the filter.");
        _filtered = meter.CreateCounter<long>("kdd.session.lines.filtered", "{line}", "Lines that did not.");
        _lost = meter.CreateCounter<long>("kdd.session.lines.lost", "{line}", "Lines declared lost upstream, as far as their number is known.");
        _gaps = meter.CreateCounter<long>("kdd.session.gaps", "{gap}", "Gaps declared, by reason.");
        _delivered = meter.CreateCounter<long>("kdd.viewer.lines", "{line}", "Lines sent to viewers.");
        _restarts = meter.CreateCounter<long>("kdd.session.restarts", "{restart}", "Sessions that failed by a defect and began again.");
    }

    public void Received(int lines) => _received.Add(lines);

    public void Placed(long kept, long filtered)
    {
        if (kept > 0)
        {
            _kept.Add(kept);
        }

        if (filtered > 0)
        {
            _filtered.Add(filtered);
        }
    }

    public void Gap(string reason, long lost)
    {
        _gaps.Add(1, new KeyValuePair<string, object?>("reason", reason));
        _lost.Add(lost);
    }

    public void Delivered(int lines) => _delivered.Add(lines);

    public void Restarted() => _restarts.Add(1);
}
