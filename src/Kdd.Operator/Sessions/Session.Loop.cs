using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    /// <summary>What may wait for its place in the order, all sources together; beyond it sockets wait.</summary>
    private const int MaxQueuedBytes = 16 << 20;

    /// <summary>
    /// What one source may have waiting. Deeper queues gain nothing, leave the processor's caches and outgrow the array pool.
    /// </summary>
    private const int MaxQueuedPerSource = 1 << 20;

    private readonly Lock _inboxLock = new();
    private readonly AsyncSignal _wake = new();
    private readonly ITimer _timer;

    /// <summary>Held while an inbox is taken, so that a snapshot sees whole steps.</summary>
    private readonly Lock _step = new();
    private List<Posted> _inbox = [];
    private List<Posted> _taken = [];
    private bool _changed;
    private bool _disposed;
    private bool _closed;

    /// <summary>Either an action or an item of a source.</summary>
    private readonly record struct Posted(Action? Action, SessionSource? Source, MergeItem Item);

    /// <summary>Bytes a source may have waiting; at least one batch.</summary>
    internal int RoomPerSource => Math.Clamp(MaxQueuedBytes / Math.Max(1, Volatile.Read(ref _sourceCount)), LineBatch.TargetBytes, MaxQueuedPerSource);

    private long Now => UnixNanoseconds.From(_context.TimeProvider.GetUtcNow());

    internal void Post(Action action) => Post(new Posted(action, null, default));

    internal void Post(SessionSource source, MergeItem item) => Post(new Posted(null, source, item));

    private void Post(Posted post) => TryPost(post);

    /// <summary>False when the session is disposed: nobody takes the inbox any more.</summary>
    private bool TryPost(Posted post)
    {
        lock (_inboxLock)
        {
            if (_closed)
            {
                post.Item.Batch?.Release();
                return false;
            }

            _inbox.Add(post);
        }

        _wake.Set();
        return true;
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!_disposed)
        {
            await _wake.WaitAsync();
            long next;
            lock (_step)
            {
                next = StepOrRestart();

                if (_disposed)
                {
                    lock (_inboxLock)
                    {
                        _closed = true;
                    }

                    try
                    {
                        TakeInbox(Now);
                    }
                    catch (SessionDefectException e)
                    {
                        _logger.LogError(e.InnerException, "session {LogView} failed while it ended", Name);
                    }
                }
            }

            if (_changed)
            {
                _changed = false;
                Changed?.Invoke();
            }

            // Timers cut to whole milliseconds: what is left below one would spin.
            _timer.Change(
                next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next - Now) / 1e6))),
                Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes the inbox, releases what has its place, and returns when to look again (Unix ns).</summary>
    private long Step()
    {
        // Read before the inbox: what is not in it then arrived later, which the watermark must not claim.
        long now = Now;
        TakeInbox(now);
        long next = Math.Min(CheckDefect(now), CheckBacklog(now));
        _encoder.Watermark = Watermark(now);
        next = Math.Min(next, _merger.Release(now, this));
        CheckBacklog(now);
        next = Math.Min(next, Math.Min(ForgetGoneInBacklog(now), CheckIdle()));
        CheckCompletion();
        SessionMetrics.Placed(_keptInStep, _filteredInStep);
        (_keptInStep, _filteredInStep) = (0, 0);
        _buffer.Publish();
        return next;
    }

    private void TakeInbox(long now)
    {
        lock (_inboxLock)
        {
            (_inbox, _taken) = (_taken, _inbox);
        }

        Exception? failure = null;
        foreach (Posted post in _taken)
        {
            try
            {
                if (post.Action is not null)
                {
                    post.Action();
                }
                else
                {
                    Take(post.Source!, post.Item, now);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // What else is in the inbox must not be lost with it.
                failure ??= e;
            }
        }

        _taken.Clear();
        if (failure is not null)
        {
            throw new SessionDefectException(failure);
        }
    }

    private void Take(SessionSource source, MergeItem item, long now)
    {
        if (_sources.GetValueOrDefault(source.Frames.Key) == source)
        {
            _merger.Enqueue(source.Merge, item);
            source.LastProgress = now;
        }
        else
        {
            item.Batch?.Release();
        }
    }

    private void MarkChanged() => _changed = true;
}
