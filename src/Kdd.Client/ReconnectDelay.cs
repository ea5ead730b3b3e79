using System.Net.ServerSentEvents;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.Client;

/// <summary>
/// How long to wait before the next connection: what the server asked for (<c>retry:</c>, a <c>reconnect</c> event), doubled with each
/// failure in a row up to 15 s, with jitter so that many clients do not come at once.
/// </summary>
internal sealed class ReconnectDelay
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private TimeSpan _retry = TimeSpan.FromSeconds(1);
    private TimeSpan? _asked;
    private int _failures;

    /// <summary>A connection was made: the next failure is the first.</summary>
    public void Opened() => _failures = 0;

    public void Learn(SseItem<byte[]> item)
    {
        _retry = item.ReconnectionInterval ?? _retry;
        if (item.EventType == StreamEvents.Reconnect)
        {
            using JsonDocument data = JsonDocument.Parse(item.Data);
            _asked = data.RootElement.TryGetProperty("afterMs", out JsonElement milliseconds) ? TimeSpan.FromMilliseconds(milliseconds.GetDouble()) : null;
        }
    }

    public TimeSpan Next()
    {
        TimeSpan delay = _asked ?? TimeSpan.FromTicks(Math.Min(_retry.Ticks << Math.Min(_failures, 8), Longest.Ticks));
        _asked = null;
        _failures++;
        return delay * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
