namespace Kdd.Operator.Streaming;

internal sealed partial class SessionBuffer
{
    /// <summary>
    /// Replaces what must not be kept any more in the lines that are. They keep their places and ids; who reads a block at this
    /// moment sends the rest of it as it was.
    /// </summary>
    public void Redact(Redactor redactor)
    {
        Publish();
        FrameBlock[] blocks;
        lock (_lock)
        {
            blocks = [.. _blocks.Where(block => block.TryHold())];
        }

        var text = new LineText();
        foreach (FrameBlock block in blocks)
        {
            if (Redacted(block, redactor, text) is { } redacted)
            {
                Replace(block, redacted);
            }

            block.Release();
        }
    }

    /// <summary>The block with what is to be replaced replaced; null when it holds nothing of it.</summary>
    private static FrameBlock? Redacted(FrameBlock block, Redactor redactor, LineText text)
    {
        var changed = new Dictionary<int, byte[]>();
        int length = block.Length;
        for (int i = 0; i < block.Count; i++)
        {
            if (block[i].Kind == FrameKind.Log && RedactedMessage(block.Message(block[i]), redactor, text) is { } message)
            {
                changed.Add(i, message);
                length += message.Length - block[i].MessageLength;
            }
        }

        if (changed.Count == 0)
        {
            return null;
        }

        var redacted = new FrameBlock(block.FirstSequence, Math.Max(block.Size, length));
        for (int i = 0; i < block.Count; i++)
        {
            FrameEntry entry = block[i];
            ReadOnlySpan<byte> frame = block.Frames(i, 1);
            if (changed.TryGetValue(i, out byte[]? message))
            {
                frame = (byte[])[.. frame[..entry.Message], .. message, .. frame[(entry.Message + entry.MessageLength)..]];
                entry.MessageLength = message.Length;
                entry.HasEscapes = message.AsSpan().Contains((byte)'\\');
            }

            frame.CopyTo(redacted.Free);
            redacted.Commit(frame.Length, entry);
        }

        redacted.Publish();
        return redacted;
    }

    private static byte[]? RedactedMessage(ReadOnlySpan<byte> json, Redactor redactor, LineText text)
    {
        byte[] message = new byte[json.Length];
        ReadOnlySpan<byte> before = message.AsSpan(0, JsonText.Unescape(json, message));
        text.Reset();
        ReadOnlySpan<byte> after = redactor.Apply(before, text);
        if (after == before)
        {
            return null;
        }

        byte[] escaped = new byte[after.Length * JsonText.MaxExpansion];
        return escaped[..JsonText.Write(after, escaped)];
    }

    private void Replace(FrameBlock block, FrameBlock redacted)
    {
        lock (_lock)
        {
            int index = _blocks.IndexOf(block);
            if (index < 0)
            {
                // Evicted meanwhile, by a session that needs the memory.
                redacted.Release();
                return;
            }

            redacted.Next = block.Next;
            _blocks[index] = redacted;
            if (index > 0)
            {
                _blocks[index - 1].Next = redacted;
            }

            _writing = _writing == block ? redacted : _writing;
            _held += redacted.Memory - block.Memory;
            _memory.Add(redacted.Memory - block.Memory);
            block.Release();
        }
    }
}
