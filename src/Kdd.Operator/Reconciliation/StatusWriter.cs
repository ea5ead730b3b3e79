using System.Collections.Concurrent;
using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Controllers;
using Kdd.Kubernetes.Queues;
using Kdd.Operator.Ownership;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// Writes status by server-side apply, and as seldom as it can: a changed state is coalesced over a second, counters
/// that merely went on wait a minute, and both pass a bucket. 10,000 idle LogViews write nothing.
/// </summary>
internal sealed class StatusWriter(KubernetesApi api, Membership membership, LogViewQueue logViews, TimeProvider timeProvider, ILogger<StatusWriter> logger) : IDisposable
{
    public const string FieldManager = "kdd-operator";

    /// <summary>A write that failed is tried again after this: an etcd that is full must not be hammered.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly WorkQueue<NamespacedName> _queue = new(timeProvider);
    private readonly ConcurrentDictionary<NamespacedName, PendingStatus> _pending = new();
    private readonly TokenBucket _stateWrites = new(perSecond: 100, burst: 100, timeProvider);
    private readonly TokenBucket _counterWrites = new(perSecond: 10, burst: 10, timeProvider);

    /// <summary>Takes the status that a LogView should have; the newest offer counts.</summary>
    public void Offer(ObservedLogView observed, LogViewStatus wanted)
    {
        // Most LogViews of a replica that starts are as they should be: nothing is kept for them.
        if (!_pending.TryGetValue(observed.Name, out PendingStatus? pending))
        {
            if (StatusComparison.Compare(observed.LogView?.Status, wanted) == StatusDifference.None)
            {
                return;
            }

            pending = _pending.GetOrAdd(observed.Name, new PendingStatus(timeProvider));
        }

        TimeSpan? delay;
        lock (pending)
        {
            delay = pending.Offer(observed, wanted);
        }

        if (delay is { } wait)
        {
            _queue.AddAfter(observed.Name, wait);
        }
    }

    /// <summary>The LogView is gone or another's.</summary>
    public void Forget(NamespacedName name) => _pending.TryRemove(name, out _);

    public Task RunAsync(CancellationToken cancellationToken)
        => new Controller<NamespacedName>("status", _queue, WriteAsync, logger, timeProvider).RunAsync(workers: 4, cancellationToken);

    public void Dispose() => _queue.Dispose();

    private async Task<ReconcileResult> WriteAsync(NamespacedName name, CancellationToken cancellationToken)
    {
        if (!_pending.TryGetValue(name, out PendingStatus? pending))
        {
            return ReconcileResult.Done;
        }

        StatusWrite? write;
        lock (pending)
        {
            if (pending.Difference == StatusDifference.None)
            {
                return ReconcileResult.Done;
            }

            if (!membership.MayWrite)
            {
                return ReconcileResult.RequeueAfter(Retry);
            }

            write = pending.TryTake(pending.Difference == StatusDifference.State ? _stateWrites : _counterWrites, out TimeSpan wait);
            if (write is null)
            {
                return ReconcileResult.RequeueAfter(wait);
            }
        }

        try
        {
            string version = await ApplyAsync(write, cancellationToken);
            lock (pending)
            {
                pending.Done(write, version);
            }
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            Forget(name);
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            // Decided on an old version: decide again, when the watch has brought the new one.
            lock (pending)
            {
                pending.Dropped(write);
            }

            logViews.Keys.AddAfter(name, PendingStatus.Coalesce);
        }
        catch (Exception e) when (e is KubernetesApiException or HttpRequestException or TimeoutException)
        {
            lock (pending)
            {
                pending.Failed(write);
            }

            StatusLog.NotWritten(logger, name, e.Message);
            return ReconcileResult.RequeueAfter((e as KubernetesApiException)?.RetryAfter is { } asked && asked > Retry ? asked : Retry);
        }

        return ReconcileResult.Done;
    }

    private async Task<string> ApplyAsync(StatusWrite write, CancellationToken cancellationToken)
    {
        ObservedLogView observed = write.Observed;
        var apply = new StatusApply(new StatusApplyMetadata(observed.Metadata.Name, observed.Metadata.Namespace, write.Version), write.Status);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(apply, StatusApplyJson.Default.StatusApply);
        ApiPath path = ApiPath.To(ObservedLogView.Type).Named(observed.Name).Subresource("status");
        byte[] answer = await api.ApplyAsync(path, body, FieldManager, force: true, cancellationToken);
        return JsonSerializer.Deserialize(answer, HeadJson.Default.LogViewHead)!.Metadata.ResourceVersion;
    }
}

internal static partial class StatusLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Status of LogView {LogView} was not written: {Failure}")]
    public static partial void NotWritten(ILogger logger, NamespacedName logView, string failure);
}
