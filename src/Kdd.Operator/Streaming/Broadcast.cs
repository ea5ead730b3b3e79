namespace Kdd.Operator.Streaming;

/// <summary>Wakes everybody who waits, once a pulse.</summary>
internal sealed class Broadcast
{
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>Counts the pulses. Take it before looking at what a pulse tells of, then wait for a later one.</summary>
    public int Version { get; private set; }

    public void Pulse()
    {
        TaskCompletionSource[] waiting;
        lock (_lock)
        {
            Version++;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (TaskCompletionSource waiter in waiting)
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>Completes at a pulse later than <paramref name="seen"/>, or after <paramref name="longest"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task WaitAsync(int seen, TimeSpan longest, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (Version != seen)
            {
                return;
            }

            _waiting.Add(woken);
        }

        try
        {
            await using ITimer timer = timeProvider.CreateTimer(
                static woken => ((TaskCompletionSource)woken!).TrySetResult(), woken, Pause.RoundUp(longest), Timeout.InfiniteTimeSpan);
            using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(
                static (woken, token) => ((TaskCompletionSource)woken!).TrySetCanceled(token), woken);
            await woken.Task;
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(woken);
            }
        }
    }
}
