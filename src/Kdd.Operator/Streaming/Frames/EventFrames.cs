using System.Buffers;
using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>Encodes the events that are no lines. They are few: clarity over speed.</summary>
internal static class EventFrames
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Status(LogViewStatus status)
        => Frame(null, StreamEvents.Status, JsonSerializer.SerializeToUtf8Bytes(status, LogViewJson.Default.LogViewStatus));

    public static byte[] Synced(long lines) => Frame(null, StreamEvents.Synced, Json(json => json.WriteNumber("lines", lines)));

    public static byte[] Stats(long received, long kept, long filtered, long shown) => Frame(null, StreamEvents.Stats, Json(json =>
    {
        json.WriteNumber("received", received);
        json.WriteNumber("kept", kept);
        json.WriteNumber("filtered", filtered);
        json.WriteNumber("shown", shown);
    }));

    public static byte[] Error(int code, string reason, string message, string? pod = null, string? container = null)
        => Frame(null, StreamEvents.Error, Json(json =>
        {
            json.WriteNumber("code", code);
            json.WriteString("reason", reason);
            json.WriteString("message", message);
            WriteOptional(json, "pod", pod);
            WriteOptional(json, "container", container);
        }));

    public static byte[] Reconnect(int afterMilliseconds)
        => Frame(null, StreamEvents.Reconnect, Json(json => json.WriteNumber("afterMs", afterMilliseconds)));

    public static byte[] End(string reason) => Frame(null, StreamEvents.End, Json(json => json.WriteString("reason", reason)));

    /// <param name="gap">What is missing.</param>
    /// <param name="pod">Of one container, or null.</param>
    /// <param name="container">Of one container, or null.</param>
    /// <param name="id">Null for a gap of one viewer: it is no position in the session.</param>
    public static byte[] Gap(LogGap gap, string? pod, string? container, StreamCursor? id) => Frame(id, StreamEvents.Gap, Json(json =>
    {
        if (gap.Lost is { } lost)
        {
            json.WriteNumber("lost", lost);
        }
        else
        {
            json.WriteNull("lost");
        }

        WriteTime(json, "from", gap.From);
        WriteTime(json, "to", gap.To);
        json.WriteString("reason", gap.Reason);
        WriteOptional(json, "pod", pod);
        WriteOptional(json, "container", container);
        json.WriteBoolean("certain", gap.Certain);
    }));

    public static byte[] Lifecycle(LifecycleChange change, StreamCursor id) => Frame(id, StreamEvents.Lifecycle, Json(json =>
    {
        json.WriteString("timestamp", UnixNanoseconds.Format(change.Time));
        json.WriteString("pod", change.Pod);
        WriteOptional(json, "container", change.Container);
        json.WriteString("what", change.What);
        WriteOptional(json, "reason", change.Reason);
        if (change.ExitCode is { } exitCode)
        {
            json.WriteNumber("exitCode", exitCode);
        }
    }));

    /// <summary>Where the JSON of a frame begins.</summary>
    public static int DataOffset(ReadOnlySpan<byte> frame) => frame.IndexOf("\ndata: "u8) + "\ndata: "u8.Length;

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A gap before the first line has no beginning.</summary>
    private static void WriteTime(Utf8JsonWriter json, string name, long time)
        => json.WriteString(name, time > 0 ? UnixNanoseconds.Format(time) : null);

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static byte[] Frame(StreamCursor? id, string name, byte[] data)
    {
        byte[] head = System.Text.Encoding.ASCII.GetBytes(id is { } cursor ? $"id: {cursor}\nevent: {name}\ndata: " : $"event: {name}\ndata: ");
        return [.. head, .. data, (byte)'\n', (byte)'\n'];
    }
}

/// <summary>A change of a pod or container, as the stream tells it.</summary>
/// <param name="Time">Unix ns.</param>
/// <param name="Pod">Its name.</param>
/// <param name="Container">Null: of the pod.</param>
/// <param name="What">One of <see cref="LifecycleKinds"/>.</param>
/// <param name="Reason">Such as <c>OOMKilled</c>.</param>
/// <param name="ExitCode">Of a container that ended.</param>
internal sealed record LifecycleChange(long Time, string Pod, string? Container, string What, string? Reason = null, int? ExitCode = null);
