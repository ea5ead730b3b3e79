using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>
/// Drives one pod on its node from its first container to its removal. One loop, level-triggered: whatever woke it, it looks at the
/// pod, its containers and the clock, does what is due, writes the status and waits for the next signal.
/// </summary>
internal sealed class PodWorker : IDisposable
{
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly TimeSpan SetUpRetry = TimeSpan.FromMilliseconds(500);

    private readonly KubeletContext _context;
    private readonly PodSandbox _sandbox;
    private readonly ContainerLifecycle _lifecycle;
    private readonly List<ContainerState> _containers;
    // One slot: several signals before a look are one.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopped = new();
    private readonly string _uid;
    private JsonObject _pod;
    private PodShutdown? _shutdown;
    private (string Reason, string Message)? _failure;
    private volatile bool _isRemoved;

    public PodWorker(JsonObject pod, KubeletContext context)
    {
        _pod = pod;
        _uid = pod.Uid();
        _context = context;
        _sandbox = new PodSandbox(pod, context);
        _containers = [.. ContainerState.AllOf(pod)];
        _lifecycle = new ContainerLifecycle(context, _sandbox.Volumes, _sandbox.Folder, Wake);
        Completed = Task.Run(RunAsync);
    }

    /// <summary>Completes when the pod has left the node.</summary>
    public Task Completed { get; }

    /// <summary>The status as this node sees it.</summary>
    public JsonObject? Status { get; private set; }

    public string PodIP => _sandbox.Address;

    public JsonObject Pod => _pod;

    /// <summary>The log of a container instance; null when it is gone.</summary>
    public ContainerLog? LogOf(string containerId) => _lifecycle.LogOf(containerId);

    /// <summary>The flood that a running container writes; null when it writes none. "" takes the first.</summary>
    public FloodSource? FloodOf(string container) => _containers
        .Where(state => container.Length == 0 || state.Name == container)
        .Select(state => (state.Instance as FloodContainer)?.Source).FirstOrDefault(source => source is not null);

    /// <summary>The pod was changed.</summary>
    public void Update(JsonObject pod)
    {
        _pod = pod;
        Wake();
    }

    /// <summary>The pod was removed from the API: its containers have the least grace that there is.</summary>
    public void Remove()
    {
        _isRemoved = true;
        Wake();
    }

    /// <summary>Ends containers because the whole cluster stops; the object stays as it is.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _stopped.Cancel();
        await Completed;
        await ContainerLifecycle.StopAllAsync(_containers, grace);
    }

    /// <summary>The container runtime went down or came back: see <see cref="ContainerLog.Hold"/>.</summary>
    public void HoldLogs(bool hold)
    {
        foreach (var log in _containers.Select(container => container.Log).OfType<ContainerLog>())
        {
            if (hold)
            {
                log.Hold();
            }
            else
            {
                log.Release(_context.Clock.Nanoseconds);
            }
        }
        Wake();
    }

    /// <summary>Rotates the logs of all running containers.</summary>
    public void RotateLogs()
    {
        foreach (var container in _containers)
        {
            container.Log?.Rotate();
        }
    }

    /// <summary>Issues new tokens into the volumes, as if the old ones were due.</summary>
    public void RotateTokens()
    {
        _sandbox.RotateTokens();
        Wake();
    }

    public void Dispose() => _stopped.Dispose();

    private void Wake() => _signal.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        try
        {
            foreach (var container in _containers.Where(c => c.Role == ContainerRole.Regular && _containers.Any(i => i.Role != ContainerRole.Regular)))
            {
                container.WaitingReason = "PodInitializing";
            }
            await _context.Gate.WaitOpenAsync(_stopped.Token);
            // The first a watcher hears of the kubelet: it has the pod, and nothing runs yet.
            WriteStatus();
            while (true)
            {
                await _context.Gate.WaitOpenAsync(_stopped.Token);
                var wait = Reconcile();
                WriteStatus();
                if (_shutdown is not null && _containers.All(c => !c.IsRunning))
                {
                    Finish();
                    return;
                }
                await WaitAsync(wait);
            }
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // A pod that is malformed in a way nobody thought of: its containers must not outlive their worker.
            _context.Logger.LogError(e, "the worker of pod {Namespace}/{Pod} failed", _pod.Namespace(), _pod.Name());
            _context.Events.Write(_pod, "Warning", "FailedSync", $"error syncing pod: {e.Message}", "kubelet");
            _containers.ForEach(container => container.Instance?.Kill());
        }
    }

    private async Task WaitAsync(TimeSpan wait)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        var due = Task.Delay(wait, _context.TimeProvider, timer.Token);
        var signal = _signal.Reader.WaitToReadAsync(timer.Token).AsTask();
        await Task.WhenAny(due, signal);
        await timer.CancelAsync();
        await Task.WhenAll(due, signal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signal.Reader.TryRead(out _);
        _stopped.Token.ThrowIfCancellationRequested();
    }

    /// <returns>How long nothing is due.</returns>
    private TimeSpan Reconcile()
    {
        foreach (var container in _containers)
        {
            _lifecycle.CollectExit(container, _shutdown is null ? Policy(container) : "Never");
        }
        if (_shutdown is null && (_isRemoved || _pod["metadata"]?["deletionTimestamp"] is not null))
        {
            _shutdown = new PodShutdown(_context.TimeProvider);
        }
        if (_shutdown is not null)
        {
            if (_isRemoved)
            {
                _shutdown.Hurry();
            }
            return _shutdown.Advance(_pod, _containers, _lifecycle);
        }
        if (_failure is not null || IsFinished())
        {
            EndSidecars();
            return _context.Settings.VolumeRefresh;
        }
        if (!_sandbox.TrySetUp(_pod))
        {
            return SetUpRetry;
        }
        _sandbox.Refresh(_pod);
        CheckDeadline();
        return Min(StartContainers(), _context.Settings.VolumeRefresh);
    }

    private void CheckDeadline()
    {
        if (_pod.Long("spec", "activeDeadlineSeconds") is { } seconds
            && DateTimeOffset.TryParse(_pod.Str("status", "startTime"), out var start)
            && _context.TimeProvider.GetUtcNow() - start >= TimeSpan.FromSeconds(seconds))
        {
            _failure = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
            foreach (var container in _containers)
            {
                container.Instance?.Kill();
            }
        }
    }

    /// <summary>Init containers in their order, each to its end (a sidecar until it has started), then the rest at once.</summary>
    private TimeSpan StartContainers()
    {
        var wait = TimeSpan.FromDays(1);
        foreach (var container in _containers.Where(c => c.Role != ContainerRole.Regular))
        {
            if (container.Role == ContainerRole.Init && container.Terminated is { Exit.ExitCode: 0 })
            {
                continue;
            }
            wait = Min(wait, _lifecycle.EnsureRunning(_pod, container, Policy(container), _sandbox.Address));
            if (container.Role == ContainerRole.Init || !container.Started)
            {
                return wait;
            }
        }
        foreach (var container in _containers.Where(c => c.Role == ContainerRole.Regular))
        {
            wait = Min(wait, _lifecycle.EnsureRunning(_pod, container, Policy(container), _sandbox.Address));
        }
        return wait;
    }

    private bool IsFinished() => Status?.Str("phase") is "Succeeded" or "Failed";

    private void EndSidecars()
    {
        foreach (var container in _containers)
        {
            container.Instance?.Terminate();
        }
    }

    private string Policy(ContainerState container) => container.Role switch
    {
        ContainerRole.Sidecar => "Always",
        ContainerRole.Init when Policy() == "Always" => "OnFailure",
        _ => Policy(),
    };

    private string Policy() => _pod.Str("spec", "restartPolicy") ?? "Always";

    private void WriteStatus()
    {
        var pod = _pod;
        var updated = _context.Store.Mutate(
            Pods, pod.Namespace(), pod.Name(), stored =>
            {
                if (stored.Uid() != _uid)
                {
                    return false;
                }
                Status = PodStatus.Build(stored, _containers, _sandbox.Address, _context.HostIP, _failure, isEnding: _shutdown is not null, _context.TimeProvider.GetUtcNow());
                stored["status"] = Status.DeepClone();
                return true;
            },
            statusOnly: true);
        if (updated is not null && updated.Uid() == _uid)
        {
            _pod = updated;
        }
        _containers.ForEach(container => container.IsTerminationShown = true);
    }

    private void Finish()
    {
        _lifecycle.RemoveLogs(_containers);
        if (_context.Store.Get(Pods, _pod.Namespace(), _pod.Name()) is { } stored && stored.Uid() == _uid)
        {
            _context.Store.Delete(
                Pods, _pod.Namespace(), _pod.Name(), DeleteOptions.Immediate with { PreconditionUid = _uid });
        }
        _sandbox.Remove();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
