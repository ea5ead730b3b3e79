using System.Diagnostics;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Storage;

/// <summary>The figures that tests of kdd count on; generous here, since the machine may be busy.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");

    [Fact]
    public async Task Ten_thousand_objects_are_listed_in_pages()
    {
        await using var cluster = await TestCluster.StartAsync();
        for (var i = 0; i < 10_000; i++)
        {
            cluster.Store.Create(ConfigMaps, TestCluster.Json($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{i:D5}}}","namespace":"t2"},"data":{"a":"1"} }"""));
        }

        var clock = Stopwatch.StartNew();
        var (names, token) = (new HashSet<string>(), "");
        do
        {
            var page = JsonNode.Parse(await cluster.Admin.GetStringAsync(
                new Uri($"/api/v1/namespaces/t2/configmaps?limit=500&continue={token}", UriKind.Relative), TestContext.Current.CancellationToken))!;
            names.UnionWith(page["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!));
            token = (string?)page["metadata"]!["continue"];
        }
        while (!string.IsNullOrEmpty(token));
        output.WriteLine($"10,000 objects in pages: {clock.ElapsedMilliseconds} ms");
        Assert.Equal(10_000, names.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_cluster_starts_at_once()
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await DevClusterHost.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        output.WriteLine($"start to ready: {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }
}
