using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>The programs of _demo-workloads.yaml, without their pauses.</summary>
internal static class DemoContainers
{
    public static async Task<int> RunAsync(ScriptContext context, CancellationToken terminated)
    {
        switch (context.Spec.Name)
        {
            case "once":
                Write(context, "job step 1", "job step 2", "job step 3", "job step 4", "job step 5", "done");
                return 0;
            case "tick" when !context.Spec.Pod.StartsWith("tick-29923982-", StringComparison.Ordinal):
                Write(context, "tick");
                return 0;
            case "init" when context.Spec.Pod.StartsWith("crash-", StringComparison.Ordinal):
                Write(context, "init start", "init done");
                return 0;
            case "main" when context.Spec.Pod.StartsWith("crash-", StringComparison.Ordinal):
                Write(context, "main start", "main 1", "main 2", "main 3");
                context.WriteLine("panic: boom", stream: OutputStream.Stderr);
                return 3;
            case "main" when context.Spec is { Pod: "prev", RestartCount: 0 }:
                return 2;
            case "main" when context.Spec.Pod == "terming":
                // It ignores SIGTERM: the grace period passes.
                await Task.Delay(TimeSpan.FromMinutes(5), TimeProvider.System, CancellationToken.None);
                return 0;
            case "web":
                for (int n = 1; n <= 635; n++)
                {
                    Write(context, n % 2 == 1 ? $"plain line {n} from {context.Spec.Pod}" : $$"""{"level":"info","msg":"request served","pod":"{{context.Spec.Pod}}","n":{{n}}}""");
                }

                break;
            default:
                Write(context, $"{context.Spec.Name} 1795439364");
                break;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, terminated).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static void Write(ScriptContext context, params string[] lines)
    {
        foreach (string line in lines)
        {
            context.WriteLine(line);
        }
    }
}
