namespace Kdd.DevCluster.Faults;

/// <summary>While it lasts all packets of all connections are dropped; disposing it lets everything through again.</summary>
public sealed class BlackHole : IDisposable
{
    private readonly Action<BlackHole> _lift;
    private readonly TaskCompletionSource _lifted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BlackHole(Action<BlackHole> lift) => _lift = lift;

    /// <summary>Completes when it has swallowed something for the first time.</summary>
    public Task Met => _met.Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        _lift(this);
        Open();
    }

    internal void Open() => _lifted.TrySetResult();

    /// <summary>Waits until it is lifted.</summary>
    internal Task HoldAsync(CancellationToken cancellationToken)
    {
        _met.TrySetResult();
        return _lifted.Task.WaitAsync(cancellationToken);
    }
}
