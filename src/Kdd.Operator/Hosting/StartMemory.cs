using Kdd.Kubernetes.Informers;
using Kdd.Operator.Reconciliation;

namespace Kdd.Operator.Hosting;

/// <summary>
/// Gives back what the start took. It reads every LogView and pod at once, garbage that the collector keeps as room for a
/// rush that never comes again: with 10,000 LogViews as much as everything that stays.
/// </summary>
internal sealed class StartMemory(Informer<ObservedLogView> logViews, LogViewQueue queue, TimeProvider timeProvider)
{
    /// <summary>Streams open within a few seconds of the last key.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await logViews.Synced.WaitAsync(cancellationToken);
            do
            {
                await Task.Delay(s_settle, timeProvider, cancellationToken);
            }
            while (queue.Keys.Depth > 0);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // Once, and some 50 ms: later collections are the collector's own business.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
