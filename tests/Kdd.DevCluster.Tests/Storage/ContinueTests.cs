using System.Net;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Storage;

public sealed class ContinueTests
{
    [Fact]
    public async Task A_list_goes_on_as_it_was_when_it_began_and_starts_anew_after_compaction()
    {
        await using var cluster = await TestCluster.StartAsync();
        var type = new ResourceKey("", "secrets");
        foreach (var name in (ReadOnlySpan<string>)["a", "b", "c"])
        {
            cluster.Store.Create(type, TestCluster.Json($$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{{name}}}","namespace":"t1"} }"""));
        }

        var (_, first) = await ListAsync(cluster, "limit=1");
        var token = (string)first["metadata"]!["continue"]!;
        Assert.Equal(2, (int?)first["metadata"]!["remainingItemCount"]);
        cluster.Store.Delete(type, "t1", "b");
        Assert.Equal(["b", "c"], Names((await ListAsync(cluster, $"continue={token}")).Body));

        cluster.Store.Compact(cluster.Store.Revision);
        var (code, expired) = await ListAsync(cluster, $"continue={token}");
        Assert.Equal((HttpStatusCode.Gone, "Expired"), (code, (string)expired["reason"]!));
        Assert.Equal(["c"], Names((await ListAsync(cluster, $"continue={(string)expired["metadata"]!["continue"]!}")).Body));
    }

    [Theory]
    [InlineData(239, "p2", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjM5LCJzdGFydCI6Ii9wMlx1MDAwMCJ9")]
    [InlineData(-1, "t1/a", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoidDEvYVx1MDAwMCJ9")]
    public void Tokens_are_written_as_recorded(long revision, string start, string token)
    {
        Assert.Equal(token, new ContinueToken(revision, start).Encode());
        Assert.Equal(new ContinueToken(revision, start), ContinueToken.Parse(token));
    }

    private static IEnumerable<string> Names(JsonNode list) => list["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!);

    private static async Task<(HttpStatusCode Code, JsonNode Body)> ListAsync(TestCluster cluster, string query)
    {
        using var response = await cluster.Admin.GetAsync(new Uri($"/api/v1/namespaces/t1/secrets?{query}", UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
