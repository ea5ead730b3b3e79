using Kdd.Kubernetes.Events;
using Kdd.Kubernetes.Leases;
using Kdd.Operator.Reconciliation;
using Kdd.Operator.Sessions;
using Kdd.Operator.Telemetry;
using Kdd.Operator.Workloads;

namespace Kdd.Operator.Hosting;

/// <summary>
/// Runs the control flow for the life of the process. It starts after the server, because the Lease names the bound port,
/// and stops before it, because open streams would hold the server's stop up.
/// </summary>
internal sealed class OperatorService(
    HeldLease lease, LeaseObserver members, LogViewController controller, EventRecorder events, SessionRegistry sessions, ClusterCache caches, OperatorMetrics metrics) : IHostedLifecycleService, IDisposable
{
    /// <summary>Namespaces are handed over within 5 s of the signal; what cannot be told the API server by then expires by itself.</summary>
    private static readonly TimeSpan Release = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopControl = new();
    private readonly CancellationTokenSource _stopRest = new();
    private Task _control = Task.CompletedTask;
    private Task _rest = Task.CompletedTask;
    private Task _renewal = Task.CompletedTask;

    /// <summary>False when a part of the control flow has ended by a mistake of ours: only a restart of the process helps.</summary>
    public bool IsAlive => _stopControl.IsCancellationRequested || !(_control.IsFaulted || _rest.IsFaulted || _renewal.IsFaulted);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _renewal = lease.RunAsync(_stopControl.Token);
        _rest = Task.WhenAll(members.RunAsync(_stopRest.Token), events.RunAsync(_stopRest.Token));
        _control = controller.RunAsync(_stopControl.Token);
        return Task.CompletedTask;
    }

    /// <summary>In this order: nothing new starts here, others are told that we leave, viewers are sent to them.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopControl.CancelAsync();
        await Task.WhenAll(_control, _renewal);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Release);
        await lease.ReleaseAsync(deadline.Token);
        await Task.WhenAll(sessions.Names.Select(sessions.LeaveAsync));
        await caches.DisposeAsync();
        await _stopRest.CancelAsync();
        await _rest;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopControl.Dispose();
        _stopRest.Dispose();
        metrics.Dispose();
    }
}
