using System.Text;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.Gateway.Streams;

/// <summary>The events with which the gateway itself ends a stream, in the form the viewer asked for.</summary>
internal static class LastWords
{
    private const int EarliestReturnMs = 500;
    private const int LatestReturnMs = 3000;

    /// <summary>Spread over a few seconds, or all viewers of a stopping replica would meet at the next one at once.</summary>
    public static byte[] Reconnect(string mediaType)
        => Event(mediaType, StreamEvents.Reconnect, json => json.WriteNumber("afterMs", Random.Shared.Next(EarliestReturnMs, LatestReturnMs)));

    public static byte[] Error(string mediaType, int code, string reason, string message) => Event(mediaType, StreamEvents.Error, json =>
    {
        json.WriteNumber("code", code);
        json.WriteString("reason", reason);
        json.WriteString("message", message);
    });

    private static byte[] Event(string mediaType, string type, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (mediaType == StreamMediaTypes.NdJson)
            {
                json.WriteString("type", type);
            }

            fields(json);
            json.WriteEndObject();
        }

        string data = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        return Encoding.UTF8.GetBytes(mediaType switch
        {
            StreamMediaTypes.EventStream => $"event: {type}\ndata: {data}\n\n",
            StreamMediaTypes.NdJson => data + "\n",

            // Plain text is the lines and nothing else: whoever reads it sees the close.
            _ => "",
        });
    }
}
