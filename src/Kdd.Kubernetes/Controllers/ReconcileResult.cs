namespace Kdd.Kubernetes.Controllers;

/// <summary>
/// What a reconciler asks of the queue. <see cref="Done"/>: nothing, until something changes. <see cref="RequeueAfter"/>:
/// another run at that time. An exception: another run after the key's back-off.
/// </summary>
public readonly record struct ReconcileResult
{
    private ReconcileResult(TimeSpan delay) => Delay = delay;

    /// <summary>Null for <see cref="Done"/>.</summary>
    public TimeSpan? Delay { get; }

    /// <summary>Nothing, until something changes.</summary>
    public static ReconcileResult Done => default;

    /// <summary>Another run after <paramref name="delay"/>; zero or less: at once.</summary>
    public static ReconcileResult RequeueAfter(TimeSpan delay) => new(delay);
}
