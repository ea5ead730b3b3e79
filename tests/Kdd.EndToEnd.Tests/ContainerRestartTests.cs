using System.Diagnostics;
using System.Globalization;
using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>The only operator's container is killed in the demo: the kubelet starts it again under the same name.</summary>
[Trait("Needs", "DevCluster")]
public sealed class ContainerRestartTests
{
    private const string Namespace = "restart";
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task AKilledContainerIsBackWithin10SecondsAndNoLineIsLostOrRepeated()
    {
        await using DemoProcess demo = await DemoProcess.StartAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        Kubectl kubectl = new(demo.Kubeconfig);
        await kubectl.RunAsync($"create namespace {Namespace}");
        await kubectl.RunAsync($"-n {Namespace} apply -f -", Manifests.Numbers("numbers"));
        await kubectl.RunAsync($"-n {Namespace} rollout status deployment/numbers --timeout=90s");
        await kubectl.RunAsync($"-n {Namespace} apply -f -", Manifests.LogViewOn("numbers", "numbers"));
        await kubectl.RunAsync($"-n {Namespace} wait --for=condition=Ready lv/numbers --timeout=90s");
        using HttpClient gateway = new() { BaseAddress = demo.Url, Timeout = Timeout.InfiniteTimeSpan };
        await using NumberedStream viewer = new(gateway, Namespace, "numbers");
        await viewer.ReachesAsync(100);

        int container = Assert.Single(ProcessTree.Below(demo.ProcessId), process => ProcessTree.CommandOf(process) is [var host, var program, ..]
            && Path.GetFileName(host) == "dotnet" && Path.GetFileName(program) == "Kdd.Operator.dll");
        (long killed, ulong before) = (TimeProvider.System.GetTimestamp(), viewer.Epoch);
        using (Process process = Process.GetProcessById(container))
        {
            process.Kill();
        }

        TimeSpan taken = await viewer.TakenOverAsync(before, killed);
        int written = int.Parse((await kubectl.RunAsync($"-n {Namespace} logs deployment/numbers --tail=1")).Split(' ')[1], CultureInfo.InvariantCulture);
        await viewer.ReachesAsync(written + 20);

        string pod = await kubectl.RunAsync($"-n {Namespace} get pods -o jsonpath={{.items[0].metadata.name}}");
        List<int> numbers = viewer.Of(new InstanceKey(pod.Trim(), 0));
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.Empty(viewer.Gaps);
        Assert.Contains("1", await kubectl.RunAsync("-n kdd-system get pods -o jsonpath={.items[*].status.containerStatuses[0].restartCount}"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine("kill -9 of a container: streams again after {0:0.0} s", taken.TotalSeconds);
        Assert.True(taken <= Promise, string.Create(CultureInfo.InvariantCulture, $"streams again after {taken.TotalSeconds:0.0} s, {Promise.TotalSeconds} s are promised"));
    }
}
