using Kdd.Kubernetes;
using Kdd.Kubernetes.Controllers;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Ownership;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// The control flow's frame: what changes becomes a key in the queue, workers hand keys to the <see cref="LogViewReconciler"/>.
/// </summary>
internal sealed class LogViewController(
    Informer<ObservedLogView> logViews,
    ClusterCache caches,
    Membership membership,
    SessionRegistry sessions,
    LogViewQueue queue,
    LogViewReconciler reconciler,
    StatusWriter statusWriter,
    TimeProvider timeProvider,
    ILogger<LogViewController> logger)
{
    private const int Workers = 4;

    /// <summary>Runs until cancelled; returns when the last reconciler run has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        logViews.Changed += change => queue.Add(change.Name);
        caches.Woken += queue.Add;
        sessions.Wanted += queue.Add;
        membership.Changed += WakeAll;
        var controller = new Controller<NamespacedName>("logview", queue.Keys, reconciler.ReconcileAsync, logger, timeProvider);
        await Task.WhenAll(
            logViews.RunAsync(cancellationToken),
            controller.RunAsync(Workers, cancellationToken),
            statusWriter.RunAsync(cancellationToken));
    }

    /// <summary>Namespaces have other owners now: theirs to take over, ours to leave.</summary>
    private void WakeAll()
    {
        foreach (NamespacedName name in logViews.Lister.List().Select(observed => observed.Name).Concat(sessions.Names))
        {
            queue.Add(name);
        }
    }
}
