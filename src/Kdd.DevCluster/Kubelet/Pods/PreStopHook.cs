using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Runs a container's preStop hook: sleep or exec, for no longer than the grace period.</summary>
internal static class PreStopHook
{
    public static async Task RunAsync(JsonObject hook, ContainerSpec spec, KubeletContext context, TimeSpan grace)
    {
        if (hook.Long("sleep", "seconds") is { } seconds)
        {
            var sleep = TimeSpan.FromSeconds(seconds);
            await Task.Delay(sleep < grace ? sleep : grace, context.TimeProvider);
        }
        else if (hook.Arr("exec", "command") is { } command)
        {
            try
            {
                await context.Runtime.ExecuteAsync(
                    spec, [.. command.Select(word => (string?)word ?? "")], grace, CancellationToken.None);
            }
            catch (ContainerStartException)
            {
                // A hook that cannot run does not keep the container from stopping.
            }
        }
    }
}
