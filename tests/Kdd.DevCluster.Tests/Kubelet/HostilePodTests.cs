using System.Text.Json.Nodes;
using CsCheck;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class HostilePodTests
{
    private static readonly ResourceKey Pods = new("", "pods");

    private static readonly string[] Keys =
    [
        "containers", "initContainers", "volumes", "volumeMounts", "name", "image", "env", "envFrom", "valueFrom", "fieldRef", "fieldPath", "command",
        "args", "mountPath", "subPath", "configMap", "secret", "projected", "sources", "serviceAccountToken", "items", "key", "path", "restartPolicy",
        "livenessProbe", "readinessProbe", "httpGet", "port", "ports", "hostPort", "containerPort", "lifecycle", "preStop", "exec", "resources",
        "limits", "nodeSelector", "workingDir", "audience", "expirationSeconds", "secretKeyRef", "terminationGracePeriodSeconds",
    ];

    private static readonly string[] Texts =
        ["", "nothing", "main", "..", "../..", "/", "a\0b", "$(X)", "metadata.labels['", "metadata.name", "default", "Never", "Always", "limits.cpu", "é\u2028"];

    private static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Gen.Int[0, Texts.Length - 1].Select(i => (JsonNode?)Texts[i]), Gen.Int[-3, 70_000].Select(number => (JsonNode?)number),
        Gen.Bool.Select(value => (JsonNode?)value), Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> Tree = Gen.Recursive<JsonNode?>((depth, tree) => depth > 4
        ? Leaf
        : Gen.OneOf(
            Leaf,
            tree.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            Gen.Select(Gen.Int[0, Keys.Length - 1].Select(i => Keys[i]), tree).Array[0, 4].Select(fields => (JsonNode?)ToObject(fields))));

    [Fact]
    public async Task No_pod_however_malformed_stops_the_others_or_stays()
    {
        await using var cluster = await TestCluster.StartAsync();
        int count = 0;
        Gen.Select(Gen.Int[0, Keys.Length - 1].Select(i => Keys[i]), Tree).Array[1, 12].Sample(
            fields =>
            {
                var spec = ToObject(fields);
                var container = ToObject(fields);
                (container["name"], container["image"]) = ("main", "nothing");
                spec["containers"] = new JsonArray(container);
                var pod = Manifests.Pod($"hostile-{Interlocked.Increment(ref count)}", spec);
                cluster.Store.Create(Pods, pod);
            },
            iter: 100,
            threads: 1);

        cluster.Store.Create(Pods, Manifests.Pod("good", Manifests.PodSpec("Never", Manifests.Shell("echo still here"))));
        await cluster.WaitAsync(Pods, "t1", "good", pod => pod.Str("status", "phase") == "Succeeded");

        Assert.Equal("still here\n", await cluster.Admin.GetStringAsync(
            "/api/v1/namespaces/t1/pods/good/log", TestContext.Current.CancellationToken));
        foreach (var pod in cluster.Store.List(Pods, "t1"))
        {
            cluster.Store.Delete(Pods, "t1", pod.Name());
            await cluster.WaitForDeletionAsync(Pods, "t1", pod.Name());
        }
    }

    private static JsonObject ToObject((string Key, JsonNode? Value)[] fields)
    {
        var obj = new JsonObject();
        foreach (var (key, value) in fields)
        {
            obj[key] = value?.DeepClone();
        }
        return obj;
    }
}
