using Kdd.Kubernetes;
using Kdd.Kubernetes.Queues;

namespace Kdd.Operator.Reconciliation;

/// <summary>The LogViews to reconcile: what watches, sessions and the status writer wake.</summary>
internal sealed class LogViewQueue(TimeProvider timeProvider) : IDisposable
{
    public WorkQueue<NamespacedName> Keys { get; } = new(timeProvider);

    public void Add(NamespacedName name) => Keys.Add(name);

    public void Dispose() => Keys.Dispose();
}
