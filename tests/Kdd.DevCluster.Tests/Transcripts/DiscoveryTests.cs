using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Discovery and OpenAPI: what DevCluster serves is described as a real API server describes it.</summary>
public sealed class DiscoveryTests(TranscriptReport report)
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
        report.Check(name, [.. ours.Where(entry => !recorded.TryGetValue(entry.Key, out var theirs) || Without(theirs, "subresources") != Without(entry.Value, "subresources"))
            .Select(entry => $"{entry.Key}: {entry.Value.ToJsonString()}, recorded {recorded.GetValueOrDefault(entry.Key)?.ToJsonString() ?? "none"}")]);
    }

    [Fact]
    public async Task Core_and_apps_resources_are_listed_as_recorded()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var (name, path) in ((string, string)[])[("disc-api-v1", "/api/v1"), ("disc-apis-apps-v1", "/apis/apps/v1")])
        {
            var recorded = Recorded(name)["resources"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => r!);
            var ours = (await GetAsync(cluster, path))["resources"]!.AsArray();
            Assert.NotEmpty(ours);
            report.Check(name, [.. ours.Where(resource => !recorded.TryGetValue((string)resource!["name"]!, out var theirs) || Without(theirs, "storageVersionHash") != Without(resource, "storageVersionHash"))
                .Select(resource => $"{resource!.ToJsonString()}, recorded {recorded.GetValueOrDefault((string)resource["name"]!)?.ToJsonString() ?? "none"}")]);
        }
    }

    [Fact]
    public async Task Groups_and_documents_are_indexed_as_recorded()
    {
        await using var cluster = await TestCluster.StartAsync();
        var groups = Recorded("disc-apis")["groups"]!.AsArray().ToDictionary(g => (string)g!["name"]!, g => g!.ToJsonString());
        report.Check("disc-apis", [.. (await GetAsync(cluster, "/apis"))["groups"]!.AsArray()
            .Where(g => OfServed(groups.GetValueOrDefault((string)g!["name"]!), g!) is false).Select(g => $"{g!.ToJsonString()}, recorded {groups.GetValueOrDefault((string)g["name"]!)}")]);

        var paths = Recorded("disc-openapi-v3-index")["paths"]!.AsObject();
        report.Check("disc-openapi-v3-index", [.. (await GetAsync(cluster, "/openapi/v3"))["paths"]!.AsObject()
            .Where(p => !Url(paths[p.Key]).SequenceEqual(Url(p.Value))).Select(p => $"{p.Key}: {p.Value!.ToJsonString()}, recorded {paths[p.Key]?.ToJsonString() ?? "none"}")]);
    }

    [Theory]
    [InlineData("disc-openapi-v3-kdd", "_sample-crd.json", "application/json")]
    [InlineData("lv-openapi-v3", "_logviews-crd.yaml", "application/yaml")]
    public async Task A_custom_resource_is_documented_as_recorded(string name, string definition, string contentType)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var content = new StringContent(TranscriptCase.ReadFile(definition), MediaTypeHeaderValue.Parse(contentType));
        (await cluster.Admin.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", content, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await SetUps.WaitEstablishedAsync(cluster, "logviews.kdd.dev");
        var document = await GetAsync(cluster, "/openapi/v3/apis/kdd.dev/v1alpha1");
        var (recorded, schemas) = (Recorded(name), document["components"]!["schemas"]!.AsObject());

        var comparison = new AnswerComparison(new RecordedValues());
        comparison.Compare(Sorted(recorded["paths"]!), Sorted(new JsonArray([.. document["paths"]!.AsObject().Select(p => (JsonNode)p.Key)])), "paths");
        var names = recorded["schemas"]!.AsArray().Select(s => (string)s!);
        comparison.Compare(string.Join(" ", names.Order(StringComparer.Ordinal)), string.Join(" ", schemas.Select(s => s.Key).Order(StringComparer.Ordinal)), "schemas");
        comparison.Compare(recorded["LogView"], schemas["dev.kdd.v1alpha1.LogView"], "LogView");
        if (recorded["keys"] is { } keys)
        {
            comparison.Compare(Sorted(keys), Sorted(new JsonArray([.. document.AsObject().Select(p => (JsonNode)p.Key)])), "keys");
        }

        report.Check(name, comparison.Differences);
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

    private static JsonArray Sorted(JsonNode array) => new([.. array.AsArray().Select(item => (string)item!).Order(StringComparer.Ordinal).Select(item => (JsonNode)item)]);

    // The hash stands for what is in a document.
    private static IEnumerable<string> Url(JsonNode? entry) => ((string?)entry?["serverRelativeURL"] ?? "").Split("hash=").Take(1);

    // Of a group's versions those that are served here.
    private static bool OfServed(string? recorded, JsonNode ours)
    {
        if (recorded is null)
        {
            return false;
        }

        var (group, served) = (JsonNode.Parse(recorded)!, ours["versions"]!.AsArray().Select(v => (string)v!["version"]!).ToHashSet());
        group["versions"] = new JsonArray([.. group["versions"]!.AsArray().Where(v => served.Contains((string)v!["version"]!)).Select(v => v!.DeepClone())]);
        return Without(group, "") == Without(ours, "");
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
