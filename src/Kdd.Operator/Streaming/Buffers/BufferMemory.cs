namespace Kdd.Operator.Streaming;

/// <summary>The memory of all session buffers of the replica. Under pressure the buffers nobody watches go first.</summary>
internal sealed class BufferMemory(long most)
{
    private readonly Lock _lock = new();
    private readonly List<SessionBuffer> _buffers = [];
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public long Most => most;

    public void Register(SessionBuffer buffer)
    {
        lock (_lock)
        {
            _buffers.Add(buffer);
        }
    }

    public void Unregister(SessionBuffer buffer)
    {
        lock (_lock)
        {
            _buffers.Remove(buffer);
        }
    }

    public void Add(int bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Makes room by evicting from unwatched buffers, the longest unwatched first; false when watched ones fill it all.</summary>
    public bool TryMakeRoom()
    {
        if (Used <= most)
        {
            return true;
        }

        SessionBuffer[] unwatched;
        lock (_lock)
        {
            unwatched = [.. _buffers.Where(buffer => !buffer.IsWatched).OrderBy(buffer => buffer.UnwatchedSince)];
        }

        foreach (SessionBuffer buffer in unwatched)
        {
            while (Used > most && buffer.EvictOldest())
            {
            }
        }

        return Used <= most;
    }
}
