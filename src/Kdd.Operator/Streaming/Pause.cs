namespace Kdd.Operator.Streaming;

/// <summary>Waiting for time to pass.</summary>
internal static class Pause
{
    /// <summary>
    /// As <c>Task.Delay</c>, which goes through the thread pool when it is cancelled; here the waiter is woken where it waits.
    /// Rounded up to whole milliseconds, to which timers are cut: what is left below one would spin.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task ForAsync(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ITimer timer = timeProvider.CreateTimer(
            static done => ((TaskCompletionSource)done!).TrySetResult(), done, RoundUp(delay), Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(
            static (done, token) => ((TaskCompletionSource)done!).TrySetCanceled(token), done);
        await done.Task;
    }

    public static TimeSpan RoundUp(TimeSpan delay)
        => delay == Timeout.InfiniteTimeSpan ? delay : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(delay.TotalMilliseconds)));
}
