namespace Kdd.Kubernetes.Queues;

/// <summary>
/// A queue of keys with the semantics of client-go's workqueue. A key is queued once however often it is added; one that
/// is being processed is not handed to a second worker, and if it is added meanwhile it comes again after
/// <see cref="Done"/>. So a reconciler runs once at a time per object and always after the last change.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly BackOff _backOff;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly Queue<TKey> _ready = new();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _processing = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly DelayedKeys<TKey> _delayed;

    /// <param name="backOff">Per key, for <see cref="AddRateLimited"/>; null: 0.2 s doubling to 60 s.</param>
    public WorkQueue(TimeProvider timeProvider, BackOff? backOff = null)
    {
        _backOff = backOff ?? new BackOff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(60));
        _delayed = new DelayedKeys<TKey>(timeProvider, Add);
    }

    /// <summary>Keys that wait for a worker.</summary>
    public int Depth
    {
        get
        {
            lock (_lock)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>Queues the key, unless it is queued already. Never waits.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_dirty.Add(key) && !_processing.Contains(key))
            {
                Enqueue_NeedsLock(key);
            }
        }
    }

    /// <summary>Adds the key when <paramref name="delay"/> has passed. Of several pending delays of a key the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
        }
        else
        {
            _delayed.Add(key, delay);
        }
    }

    /// <summary>Adds the key after its back-off, which grows with every call until <see cref="Forget"/>.</summary>
    public void AddRateLimited(TKey key)
    {
        int failures;
        lock (_lock)
        {
            failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
        }

        AddAfter(key, _backOff.After(failures, Random.Shared.NextDouble()));
    }

    /// <summary>The key succeeded: its next failure starts the back-off anew.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>The next key; whoever gets it must call <see cref="Done"/>.</summary>
    public async ValueTask<TKey> GetAsync(CancellationToken cancellationToken)
    {
        await _available.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            TKey key = _ready.Dequeue();
            _processing.Add(key);
            _dirty.Remove(key);
            return key;
        }
    }

    /// <summary>The worker is through with the key; if it was added meanwhile it is queued again.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            _processing.Remove(key);
            if (_dirty.Contains(key))
            {
                Enqueue_NeedsLock(key);
            }
        }
    }

    /// <summary>Pending delays are dropped; whoever waits in <see cref="GetAsync"/> is cancelled by its token, not by this.</summary>
    public void Dispose()
    {
        _delayed.Dispose();
        _available.Dispose();
    }

    private void Enqueue_NeedsLock(TKey key)
    {
        _ready.Enqueue(key);
        _available.Release();
    }
}
