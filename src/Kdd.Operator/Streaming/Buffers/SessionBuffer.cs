using System.Numerics;

namespace Kdd.Operator.Streaming;

/// <summary>
/// What a session keeps: ready-encoded SSE frames in blocks, numbered in sequence. One writer, any number of readers that
/// take no lock but at the border of a block. The oldest blocks go when lines, bytes or the replica's memory are exceeded.
/// </summary>
internal sealed partial class SessionBuffer : IDisposable
{
    /// <summary>Sends of 256 KiB cost half of 64 KiB ones.</summary>
    private const int LargestBlock = 256 << 10;
    private const int SmallestBlock = 16 << 10;

    /// <summary>A new block takes at most this share of what is held: 100 small sessions must not be half empty blocks.</summary>
    private const int GrowthShare = 4;
    private const int MaxMarks = 4096;

    private readonly Lock _lock = new();
    private readonly List<FrameBlock> _blocks = [];
    private readonly BufferMemory _memory;

    /// <summary>Sequences that are no lines, so that a gap counts lines only.</summary>
    private readonly Queue<long> _marks = [];
    private AsyncSignal[] _readers = [];
    private long _published = 1;
    private FrameBlock? _writing;
    private FrameBlock? _shown;
    private long _held;

    public SessionBuffer(BufferMemory memory, int maxLines, long maxBytes)
    {
        _memory = memory;
        MaxLines = maxLines;
        MaxBytes = maxBytes;
        memory.Register(this);
    }

    public int MaxLines { get; private set; }

    public long MaxBytes { get; private set; }

    /// <summary>The sequence of the next frame; the first is 1, so that 0 means before everything.</summary>
    public long NextSequence { get; private set; } = 1;

    /// <summary>Readers see frames before this.</summary>
    public long PublishedEnd => Interlocked.Read(ref _published);

    /// <summary>Everything is gone, which is no gap: the session has told its viewers why.</summary>
    public bool IsDisposed { get; private set; }

    public bool IsWatched { get; set; }

    /// <summary>Ticks of the session's clock at which the last viewer left.</summary>
    public long UnwatchedSince { get; set; }

    /// <summary>Frames thrown out so far.</summary>
    public long Evicted { get; private set; }

    public long Oldest
    {
        get
        {
            lock (_lock)
            {
                long first = _blocks.Count == 0 ? PublishedEnd : _blocks[0].FirstSequence;
                return Math.Max(first, PublishedEnd - MaxLines);
            }
        }
    }

    /// <summary>Time of the oldest frame kept, Unix ns; 0 when there is none.</summary>
    public long OldestTime
    {
        get
        {
            lock (_lock)
            {
                return _blocks.Count > 0 && _blocks[0].Published > 0 ? _blocks[0][0].Time : 0;
            }
        }
    }

    /// <summary>Room for one frame of at most <paramref name="size"/> bytes; <see cref="Commit"/> follows.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_writing is null || !_writing.Fits(size))
        {
            _writing = AddBlock(size);
        }

        return _writing.Free;
    }

    public void Commit(int length, in FrameEntry entry)
    {
        _writing!.Commit(length, entry);
        if (entry.Kind != FrameKind.Log)
        {
            lock (_lock)
            {
                _marks.Enqueue(NextSequence);
                if (_marks.Count > MaxMarks)
                {
                    _marks.Dequeue();
                }
            }
        }

        NextSequence++;
    }

    /// <summary>Shows readers what was committed, and wakes them; those that hold back too, once a block is full.</summary>
    public void Publish()
    {
        if (Interlocked.Read(ref _published) == NextSequence)
        {
            return;
        }

        _writing?.Publish();
        Interlocked.Exchange(ref _published, NextSequence);
        Wake();
        if (_shown != _writing)
        {
            _shown = _writing;
            foreach (AsyncSignal reader in Volatile.Read(ref _readers))
            {
                reader.Release();
            }
        }
    }

    public void Wake()
    {
        foreach (AsyncSignal reader in Volatile.Read(ref _readers))
        {
            reader.Set();
        }
    }

    public void AddReader(AsyncSignal signal)
    {
        lock (_lock)
        {
            Volatile.Write(ref _readers, [.. _readers, signal]);
        }
    }

    public void RemoveReader(AsyncSignal signal)
    {
        lock (_lock)
        {
            Volatile.Write(ref _readers, [.. _readers.Where(reader => reader != signal)]);
        }
    }

    /// <summary>The block that holds a sequence, held for the caller; null when it is evicted or not yet written.</summary>
    public FrameBlock? Hold(long sequence)
    {
        lock (_lock)
        {
            int low = 0;
            int high = _blocks.Count - 1;
            while (low <= high)
            {
                int middle = (low + high) / 2;
                if (_blocks[middle].FirstSequence > sequence)
                {
                    high = middle - 1;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return high >= 0 && sequence < PublishedEnd && _blocks[high].TryHold() ? _blocks[high] : null;
        }
    }

    /// <summary>How many lines, not counting other frames, lie in [from, to).</summary>
    public long LinesBetween(long from, long to)
    {
        lock (_lock)
        {
            return Math.Max(0, to - from) - _marks.Count(mark => mark >= from && mark < to);
        }
    }

    /// <summary>Throws out the oldest block, unless it is being written.</summary>
    public bool EvictOldest()
    {
        lock (_lock)
        {
            if (_blocks.Count < 2)
            {
                return false;
            }

            Drop(_blocks[0]);
            _blocks.RemoveAt(0);
            return true;
        }
    }

    /// <summary>Other limits: what exceeds them goes at once.</summary>
    public void Resize(int maxLines, long maxBytes)
    {
        lock (_lock)
        {
            (MaxLines, MaxBytes) = (maxLines, maxBytes);
            Trim();
        }
    }

    /// <summary>Forgets everything; sequences go on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (FrameBlock block in _blocks)
            {
                Drop(block);
            }

            _blocks.Clear();
            _writing = null;
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        _memory.Unregister(this);
        Clear();
    }

    private FrameBlock AddBlock(int size)
    {
        int grown = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(_held / GrowthShare, LargestBlock) + 1) / 2;
        var block = new FrameBlock(NextSequence, Math.Max(size, Math.Max(SmallestBlock, grown)));
        lock (_lock)
        {
            if (_blocks.Count > 0)
            {
                _blocks[^1].Publish();
                _blocks[^1].Next = block;
            }

            _blocks.Add(block);
            _held += block.Memory;
            _memory.Add(block.Memory);
            Trim();
        }

        while (!_memory.TryMakeRoom() && EvictOldest())
        {
        }

        return block;
    }

    private void Trim()
    {
        while (_blocks.Count > 1 && (_held > MaxBytes || NextSequence - _blocks[1].FirstSequence >= MaxLines))
        {
            Drop(_blocks[0]);
            _blocks.RemoveAt(0);
        }
    }

    private void Drop(FrameBlock block)
    {
        _held -= block.Memory;
        _memory.Add(-block.Memory);
        Evicted += block.Count;
        block.Release();
    }
}
