using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Discovery and OpenAPI: what DevCluster serves is described as a real API server describes it.</summary>
public sealed class DiscoveryTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Theory]
    [InlineData("disc-api-aggregated", "/api")]
    [InlineData("disc-apis-aggregated", "/apis")]
    public async Task Aggregated_discovery_describes_resources_as_recorded(string name, string path)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(Aggregated);
        using var response = await cluster.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(Aggregated, response.Content.Headers.ContentType!.ToString().Replace("; ", ";", StringComparison.Ordinal));
        Assert.NotNull(response.Headers.ETag);

        var recorded = Resources(Recorded(name));
        var ours = Resources(JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
        Assert.NotEmpty(ours);
        Assert.All(ours, entry =>
        {
            Assert.True(recorded.TryGetValue(entry.Key, out var theirs), $"{entry.Key} is no resource of Kubernetes");
            Assert.Equal(Without(theirs!, "subresources"), Without(entry.Value, "subresources"));
        });
    }

    [Fact]
    public async Task Core_and_apps_resources_are_listed_as_recorded()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var (name, path) in ((string, string)[])[("disc-api-v1", "/api/v1"), ("disc-apis-apps-v1", "/apis/apps/v1")])
        {
            var recorded = Recorded(name)["resources"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => r!);
            var ours = (await GetAsync(cluster, path))["resources"]!.AsArray();
            Assert.All(ours, resource => Assert.Equal(Without(recorded[(string)resource!["name"]!], "storageVersionHash"), Without(resource, "storageVersionHash")));
        }
    }

    [Fact]
    public async Task Every_patch_of_OpenAPI_takes_fieldValidation()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var (_, entry) in (await GetAsync(cluster, "/openapi/v3"))["paths"]!.AsObject())
        {
            var document = await GetAsync(cluster, (string)entry!["serverRelativeURL"]!);
            foreach (var (path, item) in document["paths"]!.AsObject().Where(p => p.Value!["patch"] is not null))
            {
                Assert.True(item!["patch"]!["parameters"]!.AsArray().Any(p => (string?)p!["name"] == "fieldValidation"), path);
            }

            Assert.All(References(document), reference => Assert.True(document["components"]!["schemas"]!.AsObject().ContainsKey(reference), reference));
        }
    }

    [Fact]
    public async Task Pods_are_tabulated_in_the_recorded_columns()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pods");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/json;as=Table;g=meta.k8s.io;v=v1"));
        using var response = await cluster.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var ours = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(Columns(Recorded("table-pods")), Columns(ours));
    }

    private static JsonNode Recorded(string name) => JsonNode.Parse(TranscriptCase.ReadFile(name + ".json"))!["response"]!["body"]!;

    private static async Task<JsonNode> GetAsync(TestCluster cluster, string path) =>
        JsonNode.Parse(await cluster.Admin.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    private static Dictionary<string, JsonNode> Resources(JsonNode groups) => (
        from g in groups["items"]!.AsArray()
        from version in g!["versions"]!.AsArray()
        from resource in version!["resources"]!.AsArray()
        select ($"{g["metadata"]!["name"]}/{version["version"]}/{resource["resource"]}", resource)).ToDictionary(r => r.Item1, r => r.resource);

    private static IEnumerable<string> Columns(JsonNode table) =>
        table["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]}:{c["type"]}:{c["format"]}:{c["priority"]}");

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(p => p.Key == "$ref" && p.Value is JsonValue ? [((string)p.Value!).Split('/')[^1]] : References(p.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    // Sorted, so that the order of fields does not count.
    private static string Without(JsonNode node, string key)
    {
        var copy = node.DeepClone().AsObject();
        copy.Remove(key);
        return System.Text.Encoding.UTF8.GetString(Kdd.DevCluster.Storage.Json.ToUtf8(copy));
    }
}
