using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Transcripts.Logs;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Watches over a restart of the API server, asked to stop or killed, and after it.</summary>
public sealed class RestartTests(TranscriptReport report)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("term")]
    [InlineData("kill")]
    public async Task Watches_end_with_the_API_server_and_go_on_after_it(string how)
    {
        await using var cluster = await TestCluster.StartAsync();
        using (var definition = SetUps.Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", TranscriptCase.ReadFile("_sample-crd.json")))
        {
            (await cluster.Admin.SendAsync(definition, Cancelled)).EnsureSuccessStatusCode();
        }

        await SetUps.WaitEstablishedAsync(cluster, "logviews.kdd.dev");
        foreach (string name in (string[])["a", "gen-bpnln", "ssa", "w0", "w1", "w2"])
        {
            cluster.Store.Create(new ResourceKey("kdd.dev", "logviews"), TestCluster.Json($$$"""
                {"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"{{{name}}}","namespace":"t1"},"spec":{"workload":{"kind":"Deployment","name":"web"} } }
                """));
        }

        await CompareCutAsync(cluster, TranscriptCase.Read($"watch-apiserver-{how}"), how == "term");
        await CompareAfterAsync(cluster, TranscriptCase.Read($"watch-after-apiserver-{how}-old-rv"));
    }

    private async Task CompareCutAsync(TestCluster cluster, TranscriptCase transcript, bool graceful)
    {
        var comparison = new AnswerComparison(new RecordedValues());
        using var response = await cluster.Admin.GetAsync(transcript.Path, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        AnswerHeaders.Compare(transcript, response, comparison);
        var recorded = transcript.Response["stream"]!.AsArray().Select(e => TypeOf(e!["line"]!)).ToList();
        var body = new FollowedBody(await response.Content.ReadAsStreamAsync(Cancelled), Cancelled);
        while (Types(body).Count < recorded.Count && !body.End.IsCompleted)
        {
            await body.WaitForAsync(body.Text.Length + 1, Cancelled);
        }

        var faults = cluster.Host.Faults;
        var restart = faults.RestartApiServerAsync(TimeSpan.Zero, graceful ? TimeSpan.FromMinutes(2) : TimeSpan.Zero);
        if (graceful)
        {
            // Asked to stop, it goes on with what is open until it is killed.
            if (await Task.WhenAny(body.End, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancelled)) == body.End)
            {
                comparison.Add("the watch ended with SIGTERM, recorded: it went on");
            }

            faults.ResetConnections();
        }

        if (await body.End.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancelled) is null)
        {
            comparison.Add($"a clean end, recorded {transcript.Response["end"]!["curlError"]}");
        }

        await restart;
        if (!recorded.SequenceEqual(Types(body)))
        {
            comparison.Add($"events {string.Join(" ", Types(body))}, recorded {string.Join(" ", recorded)}");
        }

        report.Check(transcript.Name, comparison.Differences);
    }

    private async Task CompareAfterAsync(TestCluster cluster, TranscriptCase transcript)
    {
        var comparison = new AnswerComparison(new RecordedValues());
        using var client = cluster.ClientFor(cluster.Host.AdminToken);
        string path = $"{transcript.Path.Split("&resourceVersion=")[0]}&resourceVersion={cluster.Store.Revision}";
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        AnswerHeaders.Compare(transcript, response, comparison);
        var body = new FollowedBody(await response.Content.ReadAsStreamAsync(Cancelled), Cancelled);
        if (await body.End.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancelled) is not null || body.Text.Length > 0)
        {
            comparison.Add($"{body.Text} and an end that was not clean, recorded nothing and a clean end");
        }

        report.Check(transcript.Name, comparison.Differences);
    }

    private static List<string> Types(FollowedBody body) =>
        [.. body.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.EndsWith('}')).Select(line => TypeOf(JsonNode.Parse(line)!))];

    // Of an event that the recorder cut only the beginning is there.
    private static string TypeOf(JsonNode line) => line is JsonObject change ? (string)change["type"]! : ((string)line!).Split('"')[3];
}
