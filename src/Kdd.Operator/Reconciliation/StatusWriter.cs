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

    /// <summary>The first write waits this long: streams open within it, and one write says both.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_coalesce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_counters = TimeSpan.FromSeconds(60);

    /// <summary>A write that failed is tried again after this: an etcd that is full must not be hammered.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    private readonly WorkQueue<NamespacedName> _queue = new(timeProvider);
    private readonly ConcurrentDictionary<NamespacedName, PendingStatus> _pending = new();
    private readonly TokenBucket _stateWrites = new(perSecond: 100, burst: 100, timeProvider);
    private readonly TokenBucket _counterWrites = new(perSecond: 10, burst: 10, timeProvider);

    /// <summary>Takes the status that a LogView should have; the newest offer counts.</summary>
    public void Offer(ObservedLogView observed, LogViewStatus wanted)
    {
        PendingStatus pending = _pending.GetOrAdd(observed.Name, _ => new PendingStatus());
        TimeSpan delay;
        lock (pending)
        {
            StatusDifference difference = StatusComparison.Compare(observed.LogView?.Status, wanted);
            if (difference == StatusDifference.None)
            {
                pending.Clear();
                return;
            }

            (pending.Observed, pending.Wanted, pending.Difference) = (observed, wanted, difference);

            TimeSpan since = pending.WrittenAt is { } at ? timeProvider.GetElapsedTime(at) : TimeSpan.MaxValue;
            TimeSpan pause = difference == StatusDifference.State ? s_coalesce : s_counters;
            delay = since >= pause ? s_settle : pause - since;
        }

        _queue.AddAfter(observed.Name, delay);
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

        ObservedLogView observed;
        LogViewStatus wanted;
        string version;
        lock (pending)
        {
            if (pending.Difference == StatusDifference.None)
            {
                return ReconcileResult.Done;
            }

            if (!membership.MayWrite)
            {
                return ReconcileResult.RequeueAfter(s_retry);
            }

            if (!pending.HasTurn)
            {
                pending.HasTurn = true;
                TimeSpan wait = (pending.Difference == StatusDifference.State ? _stateWrites : _counterWrites).Reserve();
                if (wait > TimeSpan.Zero)
                {
                    return ReconcileResult.RequeueAfter(wait);
                }
            }

            (observed, wanted) = (pending.Observed!, pending.Wanted!);

            // The watch may not have brought our own last write yet.
            version = pending.Written is { } written && written.From == observed.Metadata.ResourceVersion ? written.To : observed.Metadata.ResourceVersion;
            pending.Clear();
            pending.HasTurn = false;
        }

        try
        {
            string result = await ApplyAsync(observed, wanted, version, cancellationToken);
            lock (pending)
            {
                (pending.WrittenAt, pending.Written) = (timeProvider.GetTimestamp(), (observed.Metadata.ResourceVersion, result));
            }
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            Forget(name);
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            // Decided on an old version: decide again, when the watch has brought the new one.
            logViews.Keys.AddAfter(name, s_coalesce);
        }
        catch (Exception e) when (e is KubernetesApiException or HttpRequestException or TimeoutException)
        {
            lock (pending)
            {
                if (pending.Difference == StatusDifference.None)
                {
                    (pending.Observed, pending.Wanted, pending.Difference) = (observed, wanted, StatusDifference.State);
                }
            }

            StatusLog.NotWritten(logger, name, e.Message);
            return ReconcileResult.RequeueAfter((e as KubernetesApiException)?.RetryAfter is { } asked && asked > s_retry ? asked : s_retry);
        }

        return ReconcileResult.Done;
    }

    private async Task<string> ApplyAsync(ObservedLogView observed, LogViewStatus status, string version, CancellationToken cancellationToken)
    {
        var apply = new StatusApply(new StatusApplyMetadata(observed.Metadata.Name, observed.Metadata.Namespace, version), status);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(apply, StatusApplyJson.Default.StatusApply);
        ApiPath path = ApiPath.To(ObservedLogView.Type).Named(observed.Name).Subresource("status");
        byte[] answer = await api.ApplyAsync(path, body, FieldManager, force: true, cancellationToken);
        return JsonSerializer.Deserialize(answer, HeadJson.Default.LogViewHead)!.Metadata.ResourceVersion;
    }

    private sealed class PendingStatus
    {
        public ObservedLogView? Observed { get; set; }
        public LogViewStatus? Wanted { get; set; }
        public StatusDifference Difference { get; set; }

        /// <summary>A turn was taken from the bucket and not used yet.</summary>
        public bool HasTurn { get; set; }
        public long? WrittenAt { get; set; }

        /// <summary>The version that the last write was decided on, and the one it made.</summary>
        public (string From, string To)? Written { get; set; }

        /// <summary>Nothing waits to be written; a status is not kept for 10,000 LogViews twice.</summary>
        public void Clear() => (Observed, Wanted, Difference) = (null, null, StatusDifference.None);
    }
}

internal static partial class StatusLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Status of LogView {LogView} was not written: {Failure}")]
    public static partial void NotWritten(ILogger logger, NamespacedName logView, string failure);
}
