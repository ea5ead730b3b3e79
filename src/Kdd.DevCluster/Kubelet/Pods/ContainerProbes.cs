using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Probes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>The probes of one container instance: startup first, then readiness and liveness.</summary>
internal sealed class ContainerProbes(KubeletContext context, Action wake)
{
    /// <summary>Starts them; they end with <see cref="ContainerState.Probes"/>.</summary>
    public void Start(JsonObject pod, ContainerState container, string podIP)
    {
        var ended = new CancellationTokenSource();
        container.Probes = ended;
        container.Started = container.Spec.Obj("startupProbe") is null;
        container.ProbedReady = container.Spec.Obj("readinessProbe") is null;
        if (container.Started)
        {
            StartLater(pod, container, podIP, ended.Token);
        }
        else
        {
            Run("startupProbe", eager: false, pod, container, podIP, succeeded =>
            {
                if (succeeded && !container.Started)
                {
                    container.Started = true;
                    StartLater(pod, container, podIP, ended.Token);
                }
                return succeeded;
            }, ended.Token);
        }
    }

    private void StartLater(JsonObject pod, ContainerState container, string podIP, CancellationToken ended)
    {
        Run("readinessProbe", eager: true, pod, container, podIP, succeeded =>
        {
            container.ProbedReady = succeeded;
            return true;
        }, ended);
        Run("livenessProbe", eager: false, pod, container, podIP, succeeded => succeeded, ended);
    }

    /// <param name="onVerdict">Takes the verdict; false means that the container must be restarted.</param>
    private void Run(
        string name, bool eager, JsonObject pod, ContainerState container, string podIP, Func<bool, bool> onVerdict, CancellationToken ended)
    {
        if (container.Spec.Obj(name) is not { } probe || container.Instance is not { } instance || container.Resolved is not { } spec)
        {
            return;
        }
        var loop = new ProbeLoop(
            probe, eager, token => context.Prober.RunAsync(probe, container.Spec, spec, podIP, token), context.TimeProvider);
        _ = Task.Run(() => loop.RunAsync(
            (succeeded, message) =>
            {
                if (!succeeded)
                {
                    string kind = char.ToUpperInvariant(name[0]) + name[1..^"Probe".Length];
                    context.Events.Write(pod, "Warning", "Unhealthy", $"{kind} probe failed: {message}", "kubelet", container.Name);
                }
                if (!onVerdict(succeeded))
                {
                    context.Events.Write(
                        pod, "Normal", "Killing", $"Container {container.Name} failed {name}, will be restarted", "kubelet", container.Name);
                    _ = StopAsync(instance, pod);
                }
                wake();
            },
            ended), CancellationToken.None);
    }

    private async Task StopAsync(Containers.IContainer instance, JsonObject pod)
    {
        instance.Terminate();
        var grace = TimeSpan.FromSeconds(pod.Long("spec", "terminationGracePeriodSeconds") ?? 30);
        await Task.WhenAny(instance.Exited, Task.Delay(grace, context.TimeProvider));
        instance.Kill();
    }
}
