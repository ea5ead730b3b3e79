using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Leases;

/// <summary>
/// A Lease that says "this process lives": nobody competes for it. Renewed by server-side apply, one request that also
/// creates it anew when somebody deleted it, and deleted on a graceful stop so that observers need not wait it out.
/// Validity is measured on the monotonic clock from before the request was sent: a process that was paused finds its
/// lease lost, whatever the wall clock says.
/// </summary>
public sealed partial class HeldLease(KubernetesApi api, HeldLeaseOptions options, TimeProvider timeProvider, ILogger<HeldLease> logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _renewedAt;

    /// <summary>Completes with the first renewal.</summary>
    public Task Acquired => _acquired.Task;

    /// <summary>False before the first renewal and when the last one lies more than <see cref="HeldLeaseOptions.RenewDeadline"/> back.</summary>
    public bool IsValid
    {
        get
        {
            lock (_lock)
            {
                return _renewedAt is { } at && timeProvider.GetElapsedTime(at) < options.RenewDeadline;
            }
        }
    }

    /// <summary>Called after each renewal. Must return quickly.</summary>
    public event Action? Renewed;

    private ApiPath Path => ApiPath.To(ResourceType.Leases).Named(options.Name);

    /// <summary>Renews until cancelled. A failed renewal is tried again every second.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string acquireTime = MicroTime.Format(timeProvider.GetUtcNow());
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause = await TryRenewAsync(acquireTime, cancellationToken).ConfigureAwait(false) ? options.RenewInterval : Retry;
            await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deletes the Lease; a failure is only logged, because it expires by itself.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await api.DeleteAsync(Path, uid: null, resourceVersion: null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KubernetesApiException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            LogReleaseFailed(logger, options.Name, e.Message);
        }
    }

    private async Task<bool> TryRenewAsync(string acquireTime, CancellationToken cancellationToken)
    {
        long sent = timeProvider.GetTimestamp();
        try
        {
            await RenewAsync(acquireTime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                LogRenewFailed(logger, options.Name, e.Message);
            }

            return false;
        }

        lock (_lock)
        {
            _renewedAt = sent;
        }

        _acquired.TrySetResult();
        Renewed?.Invoke();
        return true;
    }

    private async Task RenewAsync(string acquireTime, CancellationToken cancellationToken)
    {
        var lease = new LeaseRecord
        {
            Metadata = new LeaseMetadata { Name = options.Name.Name, Namespace = options.Name.Namespace, Labels = options.Labels, Annotations = options.Annotations?.Invoke() },
            Spec = new LeaseSpec
            {
                HolderIdentity = options.Holder,
                LeaseDurationSeconds = (int)options.Duration.TotalSeconds,
                AcquireTime = acquireTime,
                RenewTime = MicroTime.Format(timeProvider.GetUtcNow()),
            },
        };

        // A renewal that takes longer than the interval is worth nothing: give it up and send a fresh one.
        using var deadline = new CancellationTokenSource(options.RenewInterval, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await api.ApplyAsync(Path, JsonSerializer.SerializeToUtf8Bytes(lease, LeaseJson.Default.LeaseRecord), options.FieldManager, force: true, either.Token).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} was not renewed: {Failure}")]
    private static partial void LogRenewFailed(ILogger logger, NamespacedName lease, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} was not released: {Failure}; it expires by itself")]
    private static partial void LogReleaseFailed(ILogger logger, NamespacedName lease, string failure);
}
