using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Turns pods/log of one container into lines, each once and in order, whatever the network does, for every session that
/// reads the container.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The first session reads its backlog with a finite request; where that ends, following begins.</item>
/// <item>Wait until the pod's status says that there is something to read.</item>
/// <item>When the container has restarted, finish the old instance and go over to the new one.</item>
/// <item>Open at the position, skip what comes again, pass on what is new.</item>
/// <item>The end of a response says nothing: judge it by the pod's status, and resume after the back-off.</item>
/// </list>
/// A session that joins later reads its own backlog up to where the stream stands (<see cref="SeenUpTo"/>).
/// </remarks>
internal sealed partial class LogStream : ILogTarget, IDisposable
{
    private readonly UpstreamPool _pool;
    private readonly Lock _lock = new();
    private readonly List<LogSubscription> _subscriptions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Broadcast _changed = new();
    private readonly Limit _founding = new(1);
    private InstanceReader? _reader;
    private ContainerRecord? _record;
    private bool _deleted;
    private (SourceState State, string? Reason, string? Message) _state = (SourceState.Waiting, null, null);
    private bool _connected;

    public LogStream(ContainerKey key, UpstreamPool pool)
    {
        Key = key;
        _pool = pool;
        _ = RunAsync(_stop.Token);
    }

    public ContainerKey Key { get; }

    public bool IsUsed
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count > 0;
            }
        }
    }

    /// <summary>How far reading is behind writing, ns.</summary>
    public long Lag => _reader?.Lag ?? 0;

    public LogSubscription Subscribe(LogStart start, ILogSubscriber subscriber, bool isFinite)
    {
        var subscription = new LogSubscription(this, start, subscriber, isFinite);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
            TellState_NeedsLock(subscription);
        }

        _ = CatchUpAsync(subscription);
        return subscription;
    }

    /// <summary>A later instance than the one being read is known.</summary>
    public bool IsBehind
    {
        get
        {
            lock (_lock)
            {
                return _reader is not null && _record is not null && _record.RestartCount > _reader.Position.Instance;
            }
        }
    }

    /// <summary>What the pod informer says of the container; null: its pod is gone.</summary>
    public void Observe(ContainerRecord? record)
    {
        lock (_lock)
        {
            // Sessions tell of the same cache at slightly different moments: never go back.
            if (_deleted || (record is not null && _record is not null && record.RestartCount < _record.RestartCount)
                || (record is not null && record == _record))
            {
                return;
            }

            _deleted = record is null;
            _record = record ?? _record;
        }

        _changed.Pulse();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Ends a session's share and tells where it stood.</summary>
    public LogPosition? Leave(LogSubscription subscription)
    {
        LogPosition? position;
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
            position = subscription.CloseAt(_reader?.Position);
        }

        _pool.CloseIfUnused(this);
        return position;
    }

    void ILogTarget.OnBatch(LineBatch batch)
    {
        lock (_lock)
        {
            foreach (LogSubscription subscription in _subscriptions)
            {
                subscription.OnStreamBatch(batch);
            }
        }
    }

    void ILogTarget.OnGap(LogGap gap)
    {
        lock (_lock)
        {
            foreach (LogSubscription subscription in _subscriptions)
            {
                subscription.OnStreamGap(gap);
            }
        }
    }

    async ValueTask ILogTarget.RoomAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            LogSubscription subscription;
            lock (_lock)
            {
                if (i >= _subscriptions.Count)
                {
                    return;
                }

                subscription = _subscriptions[i];
                if (!subscription.IsAttached)
                {
                    continue;
                }
            }

            await subscription.RoomAsync(cancellationToken);
        }
    }

    private void Notify(Action<ILogSubscriber> notice)
    {
        LogSubscription[] subscriptions;
        lock (_lock)
        {
            subscriptions = [.. _subscriptions];
        }

        foreach (LogSubscription subscription in subscriptions)
        {
            subscription.Notify(notice);
        }
    }

    private void NotifyState(SourceState state, string? reason, string? message)
    {
        lock (_lock)
        {
            _state = (state, reason, message);
        }

        Notify(subscriber => subscriber.OnState(state, reason, message));
    }

    /// <summary>What the others were told before; under the lock, so that nothing newer can be told first.</summary>
    private void TellState_NeedsLock(LogSubscription subscription) => subscription.Notify(subscriber =>
    {
        subscriber.OnConnected(_connected);
        subscriber.OnState(_state.State, _state.Reason, _state.Message);
    });

    private void NotifyConnected(bool connected)
    {
        lock (_lock)
        {
            _connected = connected;
        }

        Notify(subscriber => subscriber.OnConnected(connected));
    }

    private void NotifyFailure(PodLogFailure failure)
    {
        _pool.Logger.LogDebug("log stream {Container}: {Code} {Reason}: {Message}", Key, failure.Code, failure.Reason, failure.Message);
        NotifyConnected(false);
        NotifyState(failure.IsDenied ? SourceState.Denied : SourceState.BackOff, failure.Reason, failure.Message);
        Notify(subscriber => subscriber.OnFailure(failure));
    }

    /// <summary>Waits, but not longer than until the pod's status is another than when <paramref name="seen"/> was taken.</summary>
    private async Task DelayAsync(TimeSpan delay, int seen, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero || seen != _changed.Version)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        await _changed.WaitAsync(seen, delay, _pool.TimeProvider, cancellationToken);
    }

    private Task ChangedAsync(int seen, CancellationToken cancellationToken)
        => _changed.WaitAsync(seen, Timeout.InfiniteTimeSpan, _pool.TimeProvider, cancellationToken);

    private long Now => UnixNanoseconds.From(_pool.TimeProvider.GetUtcNow());
}
