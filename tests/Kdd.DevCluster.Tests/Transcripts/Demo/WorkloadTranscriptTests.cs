using System.Text.Json.Nodes;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>Pods and workloads as the recorded cluster showed its own: every field, in its form.</summary>
public sealed class WorkloadTranscriptTests(DemoCluster demo, TranscriptReport report) : IClassFixture<DemoCluster>
{
    public static TheoryData<string> Cases() => [.. TranscriptCase.ReadAll().Where(t => Coverage.SuiteOf(t) == Suite.Workloads).Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_recorded_object_has_the_same_form(string name)
    {
        var transcript = TranscriptCase.Read(name);
        using var request = new HttpRequestMessage(HttpMethod.Get, await demo.PathAsync(transcript.Path));
        foreach (var (header, value) in transcript.Request["headers"] as JsonObject ?? [])
        {
            request.Headers.TryAddWithoutValidation(header, (string?)value);
        }

        using var response = await demo.Cluster.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var comparison = new AnswerComparison(new RecordedValues());
        AnswerHeaders.Compare(transcript, response, comparison);
        var ours = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        comparison.CompareAnswer(RecordedForm.OfAnyNode(transcript.Response["body"]!), RecordedForm.Trim(transcript.Response["body"]!, ours));
        report.Check(name, comparison.Differences);
    }
}
