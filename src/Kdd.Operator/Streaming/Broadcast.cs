namespace Kdd.Operator.Streaming;

/// <summary>Wakes everybody who waits, once a pulse.</summary>
internal sealed class Broadcast
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next pulse. Take it before looking at what the pulse tells of.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
