using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Controllers;

/// <summary>
/// A queue of keys and workers around one reconciler. The reconciler is given a key, never an event: it reads the desired
/// state from a lister and brings the actual one to it, so that one run makes up for any number of missed changes.
/// A key whose reconciler throws waits out its own back-off and holds no other key up.
/// </summary>
/// <param name="name">Tag of the metrics, such as <c>logview</c>.</param>
public sealed partial class Controller<TKey>(
    string name, WorkQueue<TKey> queue, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile, ILogger logger, TimeProvider timeProvider)
    where TKey : notnull
{
    /// <summary>Runs <paramref name="workers"/> workers until cancelled, and returns when the last run has ended.</summary>
    public Task RunAsync(int workers, CancellationToken cancellationToken)
        => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        // Off the caller's thread: a queue that is never empty would not let it go.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!cancellationToken.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await queue.GetAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await RunOnceAsync(key, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task RunOnceAsync(TKey key, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        string result;
        try
        {
            ReconcileResult outcome = await reconcile(key, cancellationToken).ConfigureAwait(false);
            queue.Forget(key);
            result = outcome.Delay is null ? "done" : "requeue_after";
            if (outcome.Delay is { } delay)
            {
                queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            // The cache is behind the server: the event that brings it up to date is on its way.
            result = "conflict";
            queue.AddRateLimited(key);
        }
        catch (KubernetesApiException e) when (e.RetryAfter is { } retryAfter)
        {
            result = "throttled";
            queue.AddAfter(key, retryAfter);
        }
        catch (Exception e)
        {
            result = "error";
            LogFailed(logger, name, key.ToString(), e);
            queue.AddRateLimited(key);
        }

        KubernetesMetrics.Reconciled(name, result, timeProvider.GetElapsedTime(started));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller}: reconciling {Key} failed; it is tried again after its back-off")]
    private static partial void LogFailed(ILogger logger, string controller, string? key, Exception exception);
}
