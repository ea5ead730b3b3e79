using System.Diagnostics.Metrics;
using Kdd.Gateway.Streams;

namespace Kdd.Gateway.Telemetry;

/// <summary>The gateway's own instruments, in the meter <c>Kdd.Gateway</c>. None has a user, a namespace or a name for a label.</summary>
public sealed class GatewayMetrics
{
    public const string MeterName = "Kdd.Gateway";

    private readonly UpDownCounter<long> _streams;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _reviews;
    private readonly Counter<long> _signIns;

    public GatewayMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _streams = meter.CreateUpDownCounter<long>("kdd.gateway.streams", "{stream}", "Streams being forwarded.");
        _bytes = meter.CreateCounter<long>("kdd.gateway.stream.bytes", "By", "Bytes of streams handed to viewers, counted when a stream closes.");
        _ended = meter.CreateCounter<long>("kdd.gateway.streams.ended", "{stream}", "Streams that the gateway ended, by cause: stopping, token, rights, unconfirmed.");
        _retries = meter.CreateCounter<long>("kdd.gateway.stream.retries", "{request}", "Tries at forwarding a stream that were repeated, by cause: misdirected, unavailable, unreachable.");
        _reviews = meter.CreateCounter<long>("kdd.gateway.reviews", "{review}", "Reviews asked of the API server, by kind and result: answered, failed.");
        _signIns = meter.CreateCounter<long>("kdd.gateway.sign_ins", "{sign-in}", "Sign-ins by result: accepted, refused.");
    }

    internal void StreamOpened() => _streams.Add(1);

    internal void StreamClosed(long bytes)
    {
        _streams.Add(-1);
        _bytes.Add(bytes);
    }

    internal void StreamEnded(EndCause cause) => _ended.Add(1, new KeyValuePair<string, object?>("cause", cause.ToString().ToLowerInvariant()));

    internal void Retried(string cause) => _retries.Add(1, new KeyValuePair<string, object?>("cause", cause));

    internal void Reviewed(string kind, bool answered) => _reviews.Add(1, new("kind", kind), new("result", answered ? "answered" : "failed"));

    internal void SignedIn(bool accepted) => _signIns.Add(1, new KeyValuePair<string, object?>("result", accepted ? "accepted" : "refused"));
}
