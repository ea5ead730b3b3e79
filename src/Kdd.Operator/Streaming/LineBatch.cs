using System.Buffers;

namespace Kdd.Operator.Streaming;

[Flags]
internal enum LineFlags : byte
{
    None = 0,

    /// <summary>The rest of a split long line: has no timestamp of its own.</summary>
    Partial = 1,

    /// <summary>Cut at <see cref="LineSplitter.MaxMessage"/>.</summary>
    Truncated = 2,

    /// <summary>Came after lines that should follow it had been passed on.</summary>
    Late = 4,
}

/// <summary>One line in a <see cref="LineBatch"/>.</summary>
internal struct LineEntry
{
    public long Time;
    public int Offset;
    public int Length;

    /// <summary>Length before a cut, saturated; otherwise <see cref="Length"/>.</summary>
    public int FullLength;

    /// <summary>Position among consecutive lines of the instance with the same time.</summary>
    public int N;
    public LineFlags Flags;
}

/// <summary>
/// Lines of one container instance that arrived together, in pooled memory. Shared by the sessions that read the
/// container: each holds a reference, the last to let go returns the memory.
/// </summary>
internal sealed class LineBatch
{
    /// <summary>Bytes of a usual batch: about 400 lines, half a level-2 cache with what is encoded from them.</summary>
    public const int TargetBytes = 60 << 10;

    /// <summary>Room for the line that fills a batch, so that its array of 64 KiB need not grow.</summary>
    private const int LastLine = 4 << 10;

    /// <summary>A usual line with its timestamp, for the first guess.</summary>
    private const int UsualLine = 96;

    private byte[] _bytes;
    private LineEntry[] _entries;
    private int _references = 1;

    /// <param name="expected">Bytes that were read and are still to be added, timestamps included.</param>
    public LineBatch(int instance, long arrival, int expected)
    {
        Instance = instance;
        Arrival = arrival;
        int size = Math.Min(expected, TargetBytes + LastLine);
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(size, 512));
        _entries = ArrayPool<LineEntry>.Shared.Rent(Math.Max(size / UsualLine, 8));
    }

    /// <summary>Restart count of the container instance that wrote the lines.</summary>
    public int Instance { get; }

    /// <summary>When they were read from the socket, Unix ns.</summary>
    public long Arrival { get; }

    public int Count { get; private set; }

    public int ByteCount { get; private set; }

    public bool IsFull => ByteCount >= TargetBytes;

    public ref readonly LineEntry this[int index] => ref _entries[index];

    public ReadOnlySpan<byte> Message(in LineEntry entry) => _bytes.AsSpan(entry.Offset, entry.Length);

    public void Add(ReadOnlySpan<byte> message, long time, int n, LineFlags flags, long fullLength)
    {
        if (ByteCount + message.Length > _bytes.Length)
        {
            _bytes = Grow(ArrayPool<byte>.Shared, _bytes, ByteCount, Math.Max(ByteCount + message.Length, 512));
        }

        if (Count == _entries.Length)
        {
            _entries = Grow(ArrayPool<LineEntry>.Shared, _entries, Count, Math.Max(Count * 2, 8));
        }

        message.CopyTo(_bytes.AsSpan(ByteCount));
        _entries[Count++] = new LineEntry
        {
            Time = time,
            Offset = ByteCount,
            Length = message.Length,
            FullLength = (int)Math.Min(fullLength, int.MaxValue),
            N = n,
            Flags = flags,
        };
        ByteCount += message.Length;
    }

    public LineBatch Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Return(ArrayPool<byte>.Shared, _bytes);
            Return(ArrayPool<LineEntry>.Shared, _entries);
            (_bytes, _entries) = ([], []);
        }
    }

    private static T[] Grow<T>(ArrayPool<T> pool, T[] array, int used, int least)
    {
        T[] larger = pool.Rent(Math.Max(least, array.Length * 2));
        array.AsSpan(0, used).CopyTo(larger);
        Return(pool, array);
        return larger;
    }

    private static void Return<T>(ArrayPool<T> pool, T[] array)
    {
        if (array.Length > 0)
        {
            pool.Return(array);
        }
    }
}
