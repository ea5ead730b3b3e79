using System.Buffers;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Consecutive frames and their index. One writer appends; readers see what is published. The arrays are pooled: who reads
/// holds the block, and the last to let go of an evicted block returns them.
/// </summary>
internal sealed class FrameBlock
{
    /// <summary>A frame takes at least about this much. A power of two, as blocks are: pools round up to one.</summary>
    private const int BytesPerEntry = 256;

    private byte[] _bytes;
    private FrameEntry[] _entries;
    private int _capacity;
    private int _holders = 1;
    private int _published;
    private int _events;
    private FrameBlock? _next;

    public FrameBlock(long firstSequence, int size)
    {
        FirstSequence = firstSequence;
        _bytes = ArrayPool<byte>.Shared.Rent(size);
        _capacity = Math.Max(1, size / BytesPerEntry);
        _entries = ArrayPool<FrameEntry>.Shared.Rent(_capacity);
        Memory = _bytes.Length + (_entries.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<FrameEntry>());
    }

    public long FirstSequence { get; }

    /// <summary>Bytes it takes, index included.</summary>
    public int Memory { get; }

    /// <summary>Written by the writer, not all published yet.</summary>
    public int Count { get; private set; }

    public int Length { get; private set; }

    /// <summary>Bytes of frames that it can hold.</summary>
    public int Size => _bytes.Length;

    /// <summary>What readers may read.</summary>
    public int Published => Volatile.Read(ref _published);

    public FrameBlock? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    public ref readonly FrameEntry this[int index] => ref _entries[index];

    public bool Fits(int size) => Count < _capacity && _bytes.Length - Length >= size;

    public Span<byte> Free => _bytes.AsSpan(Length);

    public void Commit(int length, FrameEntry entry)
    {
        entry.Offset = Length;
        entry.Length = length;
        _entries[Count++] = entry;
        _events += entry.Kind == FrameKind.Log ? 0 : 1;
        Length += length;
    }

    public void Publish() => Volatile.Write(ref _published, Count);

    /// <summary>The frames from <paramref name="first"/>, <paramref name="count"/> of them, as they go over the wire.</summary>
    public ReadOnlySpan<byte> Frames(int first, int count)
    {
        ref readonly FrameEntry last = ref _entries[first + count - 1];
        return _bytes.AsSpan(_entries[first].Offset..(last.Offset + last.Length));
    }

    /// <summary>How many of the frames are lines.</summary>
    public int Lines(int first, int count)
    {
        int lines = count;
        for (int i = first; i < first + count && Volatile.Read(ref _events) > 0; i++)
        {
            lines -= _entries[i].Kind == FrameKind.Log ? 0 : 1;
        }

        return lines;
    }

    /// <summary>The message's JSON text.</summary>
    public ReadOnlySpan<byte> Message(in FrameEntry entry) => _bytes.AsSpan(entry.Offset + entry.Message, entry.MessageLength);

    /// <summary>The JSON of a frame: without <c>data: </c> and the empty line.</summary>
    public ReadOnlySpan<byte> Data(int index) => Frames(index, 1)[_entries[index].Data..^2];

    /// <summary>False when the block was evicted: its memory may be another's by now.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return true;
            }

            holders = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            ArrayPool<FrameEntry>.Shared.Return(_entries);
            (_bytes, _entries, _capacity) = ([], [], 0);
        }
    }
}
