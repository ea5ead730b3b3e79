using System.Text;
using Kdd.DevCluster.Identity;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>The recorded answers of a real API server are the oracle: DevCluster has to answer alike.</summary>
public sealed class TranscriptTests(TranscriptReport report)
{
    [Fact]
    public async Task Every_recorded_case_is_answered_alike()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var cluster = await TestCluster.StartAsync(new DevClusterOptions
        {
            Users = new Dictionary<string, UserInfo> { ["alice-token"] = new("alice", []), ["bob-token"] = new("bob", ["dev"]) },
        });
        cluster.AddNamespace("t2");
        await GrantBobAsync(cluster, cancellationToken);
        var users = new Dictionary<string, HttpClient>
        {
            ["admin"] = cluster.Admin, ["alice"] = cluster.ClientFor("alice-token"), ["bob"] = cluster.ClientFor("bob-token"), ["anonymous"] = cluster.ClientFor(null),
        };
        var (replay, setUps) = (new TranscriptReplay(cluster, users, cancellationToken), new SetUps(cluster, cancellationToken));
        var failures = new StringBuilder();
        foreach (var transcript in TranscriptCase.ReadAll())
        {
            await setUps.BeforeAsync(transcript.Name);
            if (Coverage.SuiteOf(transcript) == Suite.Api)
            {
                var differences = await replay.RunAsync(transcript);
                report.Add(transcript.Name, differences);
                failures.AppendJoin("", differences.Select(difference => $"\n{transcript.Name}: {difference}"));
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }

    private static async Task GrantBobAsync(TestCluster cluster, CancellationToken cancellationToken)
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/t2";
        (string Path, string Json)[] objects =
        [
            ($"{Rbac}/roles", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"logs"},"rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get"]}]}"""),
            ($"{Rbac}/rolebindings", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"logs"},"subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"logs"}}"""),
        ];
        foreach (var (path, json) in objects)
        {
            using var request = SetUps.Post(path, json);
            using var response = await cluster.Admin.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }
}
