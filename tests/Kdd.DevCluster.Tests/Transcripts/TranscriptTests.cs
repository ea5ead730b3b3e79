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
        await Grants.ToBobAsync(cluster, cancellationToken);
        var users = new Dictionary<string, HttpClient>
        {
            ["admin"] = cluster.Admin,
            ["alice"] = cluster.ClientFor("alice-token"),
            ["bob"] = cluster.ClientFor("bob-token"),
            ["anonymous"] = cluster.ClientFor(null),
        };
        var (replay, setUps) = (new TranscriptReplay(cluster, users, cancellationToken), new SetUps(cluster, cancellationToken));
        var failures = new StringBuilder();
        foreach (var transcript in TranscriptCase.ReadAll())
        {
            await setUps.BeforeAsync(transcript.Name);
            if (transcript.Name == "lv-create-minimal")
            {
                await replay.OpenSideWatchAsync(TranscriptCase.Read("lv-watch"));
            }

            if (Coverage.SuiteOf(transcript) == Suite.Api)
            {
                var differences = await replay.RunAsync(transcript);
                report.Add(transcript.Name, differences);
                failures.AppendJoin("", differences.Select(difference => $"\n{transcript.Name}: {difference}"));
            }
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }
}
