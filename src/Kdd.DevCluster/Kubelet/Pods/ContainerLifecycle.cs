using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Kubelet.Volumes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Starts, restarts, probes and ends the containers of one pod. Called by the pod's worker only.</summary>
internal sealed class ContainerLifecycle(KubeletContext context, PodVolumes volumes, string folder, Action wake)
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private static readonly TimeSpan RuntimeRetry = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, ContainerLog> _logs = new(StringComparer.Ordinal);

    /// <summary>The log of an instance; null when it is gone.</summary>
    public ContainerLog? LogOf(string containerId) => _logs.GetValueOrDefault(containerId);

    /// <summary>Takes note of an instance that has ended, and when it may start again.</summary>
    public void CollectExit(ContainerState container, string restartPolicy)
    {
        if (container.Instance is not { Exited.IsCompleted: true } instance)
        {
            return;
        }
        var now = context.TimeProvider.GetUtcNow();
        container.Probes?.Cancel();
        container.Instance = null;
        container.Terminated = new Termination(instance.Exited.Result, container.StartedAt, now, container.ContainerId);
        (container.Started, container.ProbedReady, container.IsBackingOff) = (false, false, false);
        container.IsTerminationShown = false;
        // A kubelet keeps one dead instance: the one before loses its log now.
        Forget(container.PreviousLog);
        container.PreviousLog = null;
        if (restartPolicy == "Never" || (restartPolicy == "OnFailure" && container.Terminated.Exit.ExitCode == 0))
        {
            container.NotBefore = long.MaxValue;
            return;
        }
        var ran = now - container.StartedAt;
        container.BackOff = NextBackOff(container, ran);
        var wait = container.BackOff > context.Settings.RestartDelay ? container.BackOff : context.Settings.RestartDelay;
        container.NotBefore = context.TimeProvider.GetTimestamp() + (long)(wait.TotalSeconds * context.TimeProvider.TimestampFrequency);
    }

    /// <summary>Starts the container when it is due.</summary>
    /// <returns>How long nothing is due.</returns>
    public TimeSpan EnsureRunning(JsonObject pod, ContainerState container, string restartPolicy, string podIP)
    {
        if (container.IsRunning || (container.Terminated is { } ended
            && (restartPolicy == "Never" || (restartPolicy == "OnFailure" && ended.Exit.ExitCode == 0))))
        {
            return Never;
        }
        if (container.Terminated is not null && !container.IsTerminationShown)
        {
            return TimeSpan.Zero;
        }
        if (RemainingWait(container) is { Ticks: > 0 } wait)
        {
            return ShowBackOff(pod, container, wait);
        }
        if (context.Gate.IsRuntimeDown)
        {
            return RuntimeRetry;
        }
        try
        {
            Start(pod, container, podIP);
            return Never;
        }
        catch (ContainerStartException e)
        {
            return Refuse(pod, container, e);
        }
        catch (VolumeException e)
        {
            return Refuse(pod, container, new ContainerStartException("CreateContainerError", e.Message));
        }
    }

    /// <summary>Runs preStop, then asks the container to stop.</summary>
    public void Terminate(JsonObject pod, ContainerState container, TimeSpan grace)
    {
        context.Events.Write(pod, "Normal", "Killing", $"Stopping container {container.Name}", "kubelet", container.Name);
        var instance = container.Instance!;
        if (container.Spec.Obj("lifecycle", "preStop") is not { } hook)
        {
            instance.Terminate();
            return;
        }
        _ = Task.Run(async () =>
        {
            await PreStopHook.RunAsync(hook, container.Resolved!, context, grace);
            instance.Terminate();
        });
    }

    /// <summary>Ends everything that runs.</summary>
    public static async Task StopAllAsync(IReadOnlyList<ContainerState> containers, TimeSpan grace)
    {
        var running = containers.Select(c => c.Instance).OfType<IContainer>().ToList();
        foreach (var container in containers)
        {
            container.Probes?.Cancel();
        }
        running.ForEach(instance => instance.Terminate());
        var ends = Task.WhenAll(running.Select(instance => instance.Exited));
        await Task.WhenAny(ends, Task.Delay(grace, TimeProvider.System));
        running.ForEach(instance => instance.Kill());
        await ends;
    }

    /// <summary>Removes the logs: the pod is gone.</summary>
    public void RemoveLogs(IReadOnlyList<ContainerState> containers)
    {
        foreach (var container in containers)
        {
            Forget(container.PreviousLog);
            Forget(container.Log);
        }
    }

    private TimeSpan NextBackOff(ContainerState container, TimeSpan ran)
    {
        if (container.RestartCount == 0 || ran > context.Settings.MaxBackOff * 2)
        {
            return TimeSpan.Zero;
        }
        var next = container.BackOff == TimeSpan.Zero ? context.Settings.InitialBackOff : container.BackOff * 2;
        return next < context.Settings.MaxBackOff ? next : context.Settings.MaxBackOff;
    }

    private TimeSpan RemainingWait(ContainerState container)
    {
        long now = context.TimeProvider.GetTimestamp();
        return container.NotBefore <= now ? TimeSpan.Zero : context.TimeProvider.GetElapsedTime(now, container.NotBefore);
    }

    /// <summary>First the end itself is shown for a second, then CrashLoopBackOff: so does a kubelet.</summary>
    private TimeSpan ShowBackOff(JsonObject pod, ContainerState container, TimeSpan wait)
    {
        if (container.Terminated is null || container.BackOff == TimeSpan.Zero || container.IsBackingOff)
        {
            return wait;
        }
        var shown = context.TimeProvider.GetUtcNow() - container.Terminated.FinishedAt;
        if (shown < context.Settings.RestartDelay)
        {
            return context.Settings.RestartDelay - shown;
        }
        container.IsBackingOff = true;
        container.WaitingReason = "CrashLoopBackOff";
        container.WaitingMessage = $"back-off {GoDuration.Format(container.BackOff)} restarting failed container={container.Name} "
            + $"pod={pod.Name()}_{pod.Namespace()}({pod.Uid()})";
        context.Events.Write(pod, "Warning", "BackOff",
            $"Back-off restarting failed container {container.Name} in pod {pod.Name()}_{pod.Namespace()}({pod.Uid()})",
            "kubelet", container.Name);
        return wait;
    }

    private void Start(JsonObject pod, ContainerState container, string podIP)
    {
        RequireImage(container);
        string root = Path.Combine(folder, "containers", container.Name, "root");
        volumes.Mount(pod, container.Spec, root);
        var environment = context.Environment.Build(pod, container.Spec, root, podIP, context.HostIP);
        bool restart = container.Terminated is not null;
        var spec = new ContainerSpec
        {
            Namespace = pod.Namespace(),
            Pod = pod.Name(),
            Name = container.Name,
            Image = container.Image,
            Command = Words(container.Spec.Arr("command"), environment),
            Args = Words(container.Spec.Arr("args"), environment),
            Environment = environment,
            Root = root,
            WorkingDirectory = container.Spec.Str("workingDir") ?? "",
            RestartCount = container.RestartCount + (restart ? 1 : 0),
            Clock = context.Clock,
        };
        var log = new ContainerLog(
            Path.Combine(folder, "logs", container.Name, $"{spec.RestartCount}.log"), context.Settings.Logs, context.TimeProvider);
        IContainer instance;
        try
        {
            instance = context.Runtime.Start(spec, log);
        }
        catch (ContainerStartException)
        {
            log.Remove();
            throw;
        }
        Adopt(container, instance, log, spec);
        context.Events.Write(pod, "Normal", "Pulled",
            $"Container image \"{container.Image}\" already present on machine", "kubelet", container.Name);
        context.Events.Write(pod, "Normal", "Created", "Container created", "kubelet", container.Name);
        context.Events.Write(pod, "Normal", "Started", "Container started", "kubelet", container.Name);
        _ = instance.Exited.ContinueWith(_ => wake(), TaskScheduler.Default);
        new ContainerProbes(context, wake).Start(pod, container, podIP);
    }

    private void Adopt(ContainerState container, IContainer instance, ContainerLog log, ContainerSpec spec)
    {
        container.ContainerId = "containerd://" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _logs[container.ContainerId] = log;
        (container.PreviousLog, container.Log) = (container.Log, log);
        container.LastTerminated = container.Terminated ?? container.LastTerminated;
        container.Terminated = null;
        container.IsBackingOff = false;
        container.WaitingMessage = null;
        container.RestartCount = spec.RestartCount;
        container.Resolved = spec;
        container.Instance = instance;
        container.StartedAt = context.TimeProvider.GetUtcNow();
    }

    private void RequireImage(ContainerState container)
    {
        if (context.Runtime.HasImage(container.Image))
        {
            return;
        }
        if (container.Spec.Str("imagePullPolicy") == "Never")
        {
            throw new ContainerStartException(
                "ErrImageNeverPull", $"Container image \"{container.Image}\" is not present with pull policy of Never");
        }
        throw container.WaitingReason is "ErrImagePull" or "ImagePullBackOff"
            ? new ContainerStartException("ImagePullBackOff", $"Back-off pulling image \"{container.Image}\"")
            : new ContainerStartException("ErrImagePull",
                $"failed to pull image \"{container.Image}\": no program is mapped to the image name \"{ContainerSpec.NameOf(container.Image)}\"");
    }

    private TimeSpan Refuse(JsonObject pod, ContainerState container, ContainerStartException e)
    {
        bool changed = container.WaitingReason != e.Reason;
        container.WaitingReason = e.Reason;
        container.WaitingMessage = e.Message;
        container.IsBackingOff = container.Terminated is not null;
        if (changed)
        {
            context.Events.Write(pod, "Warning", "Failed", $"Error: {e.Message}", "kubelet", container.Name);
        }
        return e.Reason == "ErrImagePull" ? TimeSpan.FromSeconds(2) : context.Settings.RestartDelay;
    }

    private void Forget(ContainerLog? log)
    {
        if (log is null)
        {
            return;
        }
        foreach (var (id, _) in _logs.Where(pair => pair.Value == log))
        {
            _logs.TryRemove(id, out _);
        }
        log.Remove();
    }

    private static List<string> Words(JsonArray? words, IReadOnlyDictionary<string, string> environment) =>
        [.. (words ?? []).Select(word => VariableExpansion.Expand((string?)word ?? "", environment))];
}
