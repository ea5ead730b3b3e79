using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;

namespace Kdd.DevCluster.Tests.Faults;

/// <summary>A cluster with one pod, <c>t1/talker</c>, that writes what the test tells it.</summary>
public sealed class ScriptedPod : IAsyncDisposable
{
    private static readonly ResourceKey Pods = new("", "pods");
    private readonly Channel<Func<ScriptContext, int?>> _steps = Channel.CreateUnbounded<Func<ScriptContext, int?>>();

    private ScriptedPod(TestCluster cluster) => Cluster = cluster;

    public const string LogPath = "/api/v1/namespaces/t1/pods/talker/log";

    public TestCluster Cluster { get; private set; }

    public static async Task<ScriptedPod> StartAsync(LogSettings? logs = null, DevClusterOptions? options = null)
    {
        var pod = new ScriptedPod(null!);
        options ??= new DevClusterOptions();
        pod.Cluster = await TestCluster.StartAsync(options with
        {
            Kubelet = options.Kubelet with
            {
                Scripts = new Dictionary<string, ContainerScript> { ["talker"] = pod.RunAsync },
                Logs = logs ?? new LogSettings { EndDelay = TimeSpan.Zero },
                RestartDelay = TimeSpan.FromMilliseconds(1),
            },
        });
        var spec = Manifests.PodSpec("Always", new JsonObject { ["name"] = "main", ["image"] = "talker" });
        pod.Cluster.Store.Create(Pods, Manifests.Pod("talker", spec));
        await pod.WaitAsync(p => p.Str("status", "phase") == "Running");
        return pod;
    }

    public void WriteLine(string line) => Step(context => context.WriteLine(line));

    public void Step(Action<ScriptContext> act) => _steps.Writer.TryWrite(context =>
    {
        act(context);
        return null;
    });

    /// <summary>The container exits.</summary>
    public void Exit(int exitCode) => _steps.Writer.TryWrite(_ => exitCode);

    public Task<JsonObject> WaitAsync(Func<JsonObject, bool> wanted) => Cluster.WaitAsync(Pods, "t1", "talker", wanted);

    public Task<JsonObject> WaitForRestartsAsync(int count) => WaitAsync(pod =>
        pod.Arr("status", "containerStatuses")?[0] is { } status && status.Long("restartCount") == count && status.Obj("state", "running") is not null);

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();

    private async Task<int> RunAsync(ScriptContext context, CancellationToken terminated)
    {
        await foreach (var step in _steps.Reader.ReadAllAsync(terminated))
        {
            if (step(context) is { } exitCode)
            {
                return exitCode;
            }
        }
        return 0;
    }
}
