using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class ProcessPodTests
{
    private static readonly ResourceKey Pods = new("", "pods");

    [Fact]
    public async Task A_pod_of_a_shell_writes_its_lines_and_succeeds()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Store.Create(Pods, PodOf("count", "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; done", "Never"));

        await cluster.WaitAsync(Pods, "t1", "count", pod => pod.Str("status", "phase") == "Succeeded");
        string log = await cluster.Admin.GetStringAsync(
            "/api/v1/namespaces/t1/pods/count/log", TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"line {i}"), log.TrimEnd('\n').Split('\n'));
    }

    private static JsonObject PodOf(string name, string script, string restartPolicy) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "t1" },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = restartPolicy,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = "busybox:1.38",
                ["command"] = new JsonArray("sh", "-c", script),
            }),
        },
    };
}
