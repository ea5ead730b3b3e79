using System.Buffers;
using System.Text;
using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>How frames, which are kept as server-sent events, go over the wire.</summary>
internal abstract class StreamFormat(string contentType)
{
    public string ContentType { get; } = contentType;

    /// <summary>The first of the accepted types that a stream can be served as; null when none is.</summary>
    public static StreamFormat? Choose(IEnumerable<string?> accept)
    {
        string[] types = [.. accept.SelectMany(value => (value ?? "").Split(',')).Select(type => type.Split(';')[0].Trim()).Where(type => type.Length > 0)];
        return types.Length == 0 ? new EventStreamFormat() : types.Select(Of).FirstOrDefault(format => format is not null);
    }

    /// <summary>Consecutive frames that all go out.</summary>
    public abstract void WriteRun(IBufferWriter<byte> output, in FrameRun run);

    /// <summary>An event that is no part of the buffer, as a server-sent event.</summary>
    public abstract void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> frame);

    public virtual void WriteOpening(IBufferWriter<byte> output)
    {
    }

    /// <summary>Keeps proxies awake.</summary>
    public virtual void WriteHeartbeat(IBufferWriter<byte> output)
    {
    }

    private static StreamFormat? Of(string type) => type.ToLowerInvariant() switch
    {
        StreamMediaTypes.EventStream or "*/*" or "text/*" => new EventStreamFormat(),
        StreamMediaTypes.NdJson or "application/*" => new NdJsonFormat(),
        StreamMediaTypes.PlainText => new TextFormat(),
        _ => null,
    };
}

/// <summary>The frames as they are.</summary>
internal sealed class EventStreamFormat() : StreamFormat(StreamMediaTypes.EventStream)
{
    public override void WriteRun(IBufferWriter<byte> output, in FrameRun run) => output.Write(run.Bytes);

    public override void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> frame) => output.Write(frame);

    public override void WriteHeartbeat(IBufferWriter<byte> output) => output.Write(":\n\n"u8);

    // Drawn for each connection, so that a hundred viewers of one replica do not come back in the same instant.
    public override void WriteOpening(IBufferWriter<byte> output)
        => output.Write(Encoding.ASCII.GetBytes($"retry: {Random.Shared.Next(500, 3001)}\n\n"));
}

/// <summary>One JSON object a line; events that are no lines get their name as <c>type</c>.</summary>
internal sealed class NdJsonFormat() : StreamFormat(StreamMediaTypes.NdJson)
{
    public override void WriteRun(IBufferWriter<byte> output, in FrameRun run)
    {
        for (int i = run.First; i < run.First + run.Count; i++)
        {
            ref readonly FrameEntry entry = ref run.Block[i];
            if (entry.Kind == FrameKind.Log)
            {
                output.Write(run.Block.Data(i));
                output.Write("\n"u8);
            }
            else
            {
                WriteEvent(output, run.Block.Frames(i, 1));
            }
        }
    }

    public override void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> name = frame[(frame.IndexOf("event: "u8) + "event: "u8.Length)..];
        output.Write("{\"type\":\""u8);
        output.Write(name[..name.IndexOf((byte)'\n')]);
        ReadOnlySpan<byte> data = frame[EventFrames.DataOffset(frame)..^2];
        output.Write(data.Length > 2 ? "\","u8 : "\""u8);
        output.Write(data[1..]);
        output.Write("\n"u8);
    }
}

/// <summary><c>pod/container message</c>, the message's bytes as they were written; a gap is a line in dashes.</summary>
internal sealed class TextFormat() : StreamFormat(StreamMediaTypes.PlainText)
{
    public override void WriteRun(IBufferWriter<byte> output, in FrameRun run)
    {
        for (int i = run.First; i < run.First + run.Count; i++)
        {
            ref readonly FrameEntry entry = ref run.Block[i];
            if (entry.Kind == FrameKind.Log)
            {
                WriteLine(output, run.Block, entry);
            }
            else if (entry.Kind == FrameKind.Gap)
            {
                WriteEvent(output, run.Block.Frames(i, 1));
            }
        }
    }

    public override void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> frame)
    {
        if (frame.IndexOf("event: gap\n"u8) < 0 && frame.IndexOf("event: error\n"u8) < 0)
        {
            return;
        }

        output.Write("--- "u8);
        output.Write(frame[EventFrames.DataOffset(frame)..^2]);
        output.Write(" ---\n"u8);
    }

    private static void WriteLine(IBufferWriter<byte> output, FrameBlock block, in FrameEntry entry)
    {
        ContainerKey key = entry.Source.Key;
        ReadOnlySpan<byte> message = block.Message(entry);
        Span<byte> target = output.GetSpan(key.Pod.Length + key.Container.Length + message.Length + 3);
        int at = Encoding.UTF8.GetBytes(key.Pod, target);
        target[at++] = (byte)'/';
        at += Encoding.UTF8.GetBytes(key.Container, target[at..]);
        target[at++] = (byte)' ';
        at += JsonText.Unescape(message, target[at..]);
        target[at++] = (byte)'\n';
        output.Advance(at);
    }
}
