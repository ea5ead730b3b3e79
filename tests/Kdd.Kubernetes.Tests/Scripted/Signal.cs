namespace Kdd.Kubernetes.Tests;

/// <summary>Something happened; whoever waits for it goes on, however early it came.</summary>
internal sealed class Signal
{
    private readonly TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _set.Task;

    public void Set() => _set.TrySetResult();
}
