using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Tests.Transcripts.Demo;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Commands;

/// <summary>kubectl's commands run against DevCluster: the recorded requests, exit codes and output.</summary>
public sealed class KubectlTests(DemoCluster demo, TranscriptReport report) : IClassFixture<DemoCluster>
{
    [Fact]
    public async Task Recorded_commands_do_as_recorded()
    {
        await using var cluster = await TestCluster.StartAsync(new DevClusterOptions
        {
            Users = new Dictionary<string, UserInfo> { ["alice-token"] = new("alice", []), ["bob-token"] = new("bob", ["dev"]) },
        });
        cluster.AddNamespace("t2");
        await Grants.ToBobAsync(cluster, TestContext.Current.CancellationToken);
        var scenes = new CommandScenes(cluster);
        await scenes.SetAsync();
        using var seen = new RequestLog(cluster.Host.BaseAddress);
        using var seenByDemo = new RequestLog(demo.Cluster.Host.BaseAddress);
        var failures = new List<string>();
        foreach (var transcript in TranscriptCase.ReadAll().Where(t => Coverage.SuiteOf(t) == Suite.Kubectl))
        {
            bool logs = transcript.Name.StartsWith("kubectl-logs-", StringComparison.Ordinal);
            var differences = await RunAsync(new RecordedCommand(transcript), scenes, logs ? seenByDemo : seen, logs ? demo.Cluster.Host.Kubeconfig : KubeconfigOf(cluster, transcript.Name));
            report.Add(transcript.Name, differences);
            failures.AddRange(differences.Select(difference => $"{transcript.Name}: {difference}"));
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    private static string KubeconfigOf(TestCluster cluster, string name) => name switch
    {
        "kubectl-alice-forbidden" or "kubectl-auth-whoami" => cluster.Host.KubeconfigFor("alice", "alice-token"),
        "kubectl-auth-can-i" or "kubectl-auth-can-i-list" => cluster.Host.KubeconfigFor("bob", "bob-token"),
        _ => cluster.Host.Kubeconfig,
    };

    private static async Task<List<string>> RunAsync(RecordedCommand command, CommandScenes scenes, RequestLog seen, string kubeconfig)
    {
        scenes.Prepare(command.Name);
        seen.Clear();
        using var running = await Kubectl.StartAsync(kubeconfig, command.Line, CommandScenes.InputOf(command.Name));
        if (command.Name is "kubectl-get-watch" or "kubectl-wait-ready")
        {
            await seen.Watching.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
            await scenes.ChangeAsync(command.Name)!;
        }

        bool stopped = false;
        if (command.IsEndless)
        {
            await running.ReadLinesAsync(command.LineCount);
            stopped = running.Stop();
        }

        var (exit, output, errors) = await running.EndAsync();
        return [.. command.Compare(stopped ? null : exit, output, errors, await seen.ReadAsync(TestContext.Current.CancellationToken))];
    }
}
