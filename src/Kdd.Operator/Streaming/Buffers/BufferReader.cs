namespace Kdd.Operator.Streaming;

/// <summary>Frames of one block, held until <see cref="Release"/>.</summary>
internal readonly record struct FrameRun(FrameBlock Block, int First, int Count)
{
    public ReadOnlySpan<byte> Bytes => Block.Frames(First, Count);

    public void Release() => Block.Release();
}

/// <summary>One viewer's way through a <see cref="SessionBuffer"/>.</summary>
internal sealed class BufferReader(SessionBuffer buffer, long sequence)
{
    private FrameBlock? _block;

    /// <summary>The next frame to read.</summary>
    public long Sequence { get; private set; } = sequence;

    public bool IsAtEnd => Sequence >= buffer.PublishedEnd;

    /// <summary>
    /// The next frames, all of one block. False at the end, and where the reader was overtaken: then <paramref name="lost"/>
    /// lines are gone and the next call goes on at the oldest kept.
    /// </summary>
    public bool TryRead(out FrameRun run, out long lost)
    {
        run = default;
        lost = 0;
        if (IsAtEnd)
        {
            return false;
        }

        FrameBlock? block = HoldBlock();
        if (block is null)
        {
            long oldest = Math.Max(buffer.Oldest, Sequence);
            lost = buffer.LinesBetween(Sequence, oldest);
            Sequence = oldest;
            return false;
        }

        int first = (int)(Sequence - block.FirstSequence);
        run = new FrameRun(block, first, block.Published - first);
        Sequence += run.Count;
        return true;
    }

    private FrameBlock? HoldBlock()
    {
        FrameBlock? block = _block;
        if (block is not null && block.TryHold())
        {
            if (Sequence - block.FirstSequence < block.Published)
            {
                return block;
            }

            block.Release();
            block = block.Next;
            if (block is not null && Sequence >= block.FirstSequence && Sequence - block.FirstSequence < block.Published && block.TryHold())
            {
                _block = block;
                return block;
            }
        }

        _block = buffer.Hold(Sequence);
        return _block;
    }
}
