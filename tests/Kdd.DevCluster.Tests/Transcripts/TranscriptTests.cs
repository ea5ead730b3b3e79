using System.Globalization;
using System.Text;
using Kdd.DevCluster.Identity;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>The recorded answers of a real API server are the oracle: DevCluster has to answer alike.</summary>
public sealed class TranscriptTests(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryRecordedCaseIsAnsweredAlike()
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
        var (report, passed, failed, skipped) = (new StringBuilder(), 0, 0, 0);
        foreach (var transcript in TranscriptCase.ReadAll())
        {
            await setUps.BeforeAsync(transcript.Name);
            if (Coverage.ReasonToSkip(transcript) is { } reason)
            {
                skipped++;
                report.AppendLine(CultureInfo.InvariantCulture, $"not covered  {transcript.Name}: {reason}");
                continue;
            }

            var differences = await replay.RunAsync(transcript);
            if (differences.Count == 0)
            {
                passed++;
                continue;
            }

            failed++;
            output.WriteLine($"{transcript.Name}: {string.Join("; ", differences)}");
            report.AppendLine(CultureInfo.InvariantCulture, $"FAILED       {transcript.Name}");
            foreach (var difference in differences)
            {
                report.AppendLine(CultureInfo.InvariantCulture, $"             {difference}");
            }
        }

        var summary = $"transcripts: {passed} alike, {skipped} not covered, {failed} different";
        output.WriteLine(report.ToString());
        output.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("KDD_TRANSCRIPT_REPORT") is { Length: > 0 } path)
        {
            await File.WriteAllTextAsync(path, $"{report}{summary}\n", cancellationToken);
        }

        Assert.True(failed == 0, $"{summary}\n{report}");
        Assert.True(passed > 100, summary);
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
