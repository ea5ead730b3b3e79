namespace Kdd.DevCluster.Kubelet;

/// <summary>Whether a kubelet works at the moment: while it is down its containers run on, but nobody looks after them.</summary>
public enum KubeletMode
{
    /// <summary>It works.</summary>
    Running,

    /// <summary>It answers, but does not know its pods yet.</summary>
    Starting,

    /// <summary>Nothing listens on its port.</summary>
    Down,

    /// <summary>It is stopped in its tracks (SIGSTOP): connections stay, nothing moves.</summary>
    Frozen,
}

/// <summary>The mode of one kubelet, and what waits for it to change.</summary>
internal sealed class KubeletGate : IDisposable
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = Completed();
    private CancellationTokenSource _streams = new();

    public KubeletMode Mode { get; private set; }

    /// <summary>The container runtime is down: containers run on, but none starts and nobody reads what they write.</summary>
    public bool IsRuntimeDown { get; set; }

    /// <summary>Cancelled when the kubelet goes down: log streams end, cleanly as seen from outside.</summary>
    public CancellationToken Streams
    {
        get
        {
            lock (_lock)
            {
                return _streams.Token;
            }
        }
    }

    public void Set(KubeletMode mode)
    {
        lock (_lock)
        {
            Mode = mode;
            if (mode == KubeletMode.Running)
            {
                _open.TrySetResult();
            }
            else if (_open.Task.IsCompleted)
            {
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (mode == KubeletMode.Down)
            {
                _streams.Cancel();
                _streams = new CancellationTokenSource();
            }
        }
    }

    /// <summary>Waits until the kubelet works.</summary>
    public Task WaitOpenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _open.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _streams.Dispose();

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
