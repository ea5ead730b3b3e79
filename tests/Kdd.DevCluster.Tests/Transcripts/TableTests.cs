using System.Text.Json.Nodes;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Tables of built-in kinds have the columns that a real API server sends, with its types, formats and priorities. kubectl shows no descriptions.</summary>
public sealed class TableTests
{
    [Fact]
    public async Task Pods_have_the_recorded_columns()
    {
        JsonNode recorded = TranscriptCase.ReadAll().Single(transcript => transcript.Name == "table-pods").Response["body"]!;
        await using var cluster = await TestCluster.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/t1/pods");
        request.Headers.Accept.ParseAdd("application/json;as=Table;g=meta.k8s.io;v=v1");

        using var response = await cluster.Admin.SendAsync(request, TestContext.Current.CancellationToken);

        JsonNode table = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("Table", (string?)table["kind"]);
        Assert.Equal(Columns(recorded), Columns(table));
    }

    private static List<(string?, string?, string?, int?)> Columns(JsonNode table) =>
        [.. table["columnDefinitions"]!.AsArray().Select(column => ((string?)column!["name"], (string?)column["type"], (string?)column["format"], (int?)column["priority"]))];
}
