namespace Kdd.Operator.Streaming;

/// <summary>One session's share of a <see cref="LogStream"/>: reads its own backlog, then gets the stream's lines.</summary>
internal sealed class LogSubscription : ILogTarget
{
    /// <summary>What a joining session holds of the stream while it reads its backlog; beyond that it reads on and joins again.</summary>
    private const int MaxHeldBytes = 8 << 20;

    private readonly LogStream _stream;
    private readonly Lock _lock = new();
    private List<Held>? _held;
    private int _heldBytes;
    private LogPosition? _own;
    private bool _closed;

    public LogSubscription(LogStream stream, LogStart start, ILogSubscriber subscriber, bool isFinite)
    {
        IsFinite = isFinite;
        _stream = stream;
        Start = start;
        Subscriber = subscriber;
    }

    /// <summary>A batch or a gap, in the order they came.</summary>
    private readonly record struct Held(LineBatch? Batch, LogGap Gap);

    public LogStart Start { get; }

    public ILogSubscriber Subscriber { get; }

    /// <summary>Wants the backlog only.</summary>
    public bool IsFinite { get; }

    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>True once the stream's lines go straight to the subscriber.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>Its own position while it reads its backlog.</summary>
    public LogPosition? OwnPosition
    {
        get => _own;
        set => _own = value;
    }

    /// <summary>From now on the stream's lines are held until the backlog has been read up to them. Called under the stream's lock.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            ReleaseHeld();
            _held = [];
        }
    }

    /// <summary>Goes over to the stream's lines; false when too much had to be held and the backlog must be read further. Called under the stream's lock.</summary>
    public bool TryAttach()
    {
        lock (_lock)
        {
            if (_held is null && !_closed && _heldBytes > 0)
            {
                _heldBytes = 0;
                return false;
            }

            foreach (Held held in _held ?? [])
            {
                Pass(held);
            }

            ReleaseHeld();
            IsAttached = !_closed;
            _own = null;
            return true;
        }
    }

    /// <summary>A batch of the stream.</summary>
    public void OnStreamBatch(LineBatch batch)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            if (IsAttached)
            {
                Subscriber.OnBatch(batch);
            }
            else if (_held is not null)
            {
                _held.Add(new Held(batch.Share(), default));
                _heldBytes += batch.ByteCount;
                if (_heldBytes > MaxHeldBytes)
                {
                    int bytes = _heldBytes;
                    ReleaseHeld();
                    _heldBytes = bytes;
                }
            }
        }
    }

    public void OnStreamGap(LogGap gap)
    {
        lock (_lock)
        {
            if (IsAttached && !_closed)
            {
                Subscriber.OnGap(gap);
            }
            else
            {
                _held?.Add(new Held(null, gap));
            }
        }
    }

    public void OnBatch(LineBatch batch)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                Subscriber.OnBatch(batch);
            }
        }
    }

    public void OnGap(LogGap gap)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                Subscriber.OnGap(gap);
            }
        }
    }

    public ValueTask RoomAsync(CancellationToken cancellationToken) => Subscriber.RoomAsync(cancellationToken);

    /// <summary>Passes a notice on unless the subscriber has left.</summary>
    public void Notify(Action<ILogSubscriber> notice)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                notice(Subscriber);
            }
        }
    }

    /// <summary>Leaves the stream. Nothing reaches the subscriber after this returns.</summary>
    /// <returns>Where it stopped; null when it had read nothing yet.</returns>
    public LogPosition? Close()
    {
        LogPosition? position = _stream.Leave(this);
        Cancellation.Cancel();
        return position;
    }

    /// <inheritdoc cref="LogStream.IsBehind"/>
    public bool IsBehind => _stream.IsBehind;

    public void Observe(Sessions.ContainerRecord? record) => _stream.Observe(record);

    /// <summary>Under the stream's lock, so that the position is exactly what was passed on.</summary>
    internal LogPosition? CloseAt(LogPosition? streamPosition)
    {
        lock (_lock)
        {
            _closed = true;
            ReleaseHeld();
            return IsAttached ? streamPosition?.Copy() : _own?.Copy();
        }
    }

    private void Pass(Held held)
    {
        if (_closed)
        {
            return;
        }

        if (held.Batch is { } batch)
        {
            Subscriber.OnBatch(batch);
        }
        else
        {
            Subscriber.OnGap(held.Gap);
        }
    }

    private void ReleaseHeld()
    {
        foreach (Held held in _held ?? [])
        {
            held.Batch?.Release();
        }

        _held = null;
        _heldBytes = 0;
    }
}
