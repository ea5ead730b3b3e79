namespace Kdd.Kubernetes.Queues;

/// <summary>Keys that become due later: one timer, set to the earliest.</summary>
internal sealed class DelayedKeys<TKey> : IDisposable
    where TKey : notnull
{
    private readonly TimeProvider _timeProvider;
    private readonly Action<TKey> _due;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TKey, long> _byTime = new();
    private readonly Dictionary<TKey, long> _dueAt = [];
    private readonly ITimer _timer;
    private bool _disposed;

    public DelayedKeys(TimeProvider timeProvider, Action<TKey> due)
    {
        _timeProvider = timeProvider;
        _due = due;
        _timer = timeProvider.CreateTimer(_ => Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(TKey key, TimeSpan delay)
    {
        long at = _timeProvider.GetTimestamp() + (long)(delay.TotalSeconds * _timeProvider.TimestampFrequency);
        lock (_lock)
        {
            if (_disposed || (_dueAt.TryGetValue(key, out long earlier) && earlier <= at))
            {
                return;
            }

            _dueAt[key] = at;
            _byTime.Enqueue(key, at);
            SetTimer_NeedsLock();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Release()
    {
        List<TKey> due = [];
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            while (!_disposed && _byTime.TryPeek(out TKey? key, out long at) && at <= now)
            {
                _byTime.Dequeue();

                // An entry whose time was moved forward is still in the heap at its old place: only the current one counts.
                if (_dueAt.TryGetValue(key, out long current) && current == at)
                {
                    _dueAt.Remove(key);
                    due.Add(key);
                }
            }

            SetTimer_NeedsLock();
        }

        foreach (TKey key in due)
        {
            _due(key);
        }
    }

    private void SetTimer_NeedsLock()
    {
        if (_disposed || !_byTime.TryPeek(out _, out long at))
        {
            return;
        }

        TimeSpan wait = _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), at);

        // A timer may fire up to a millisecond early; rounding up saves the second turn.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
