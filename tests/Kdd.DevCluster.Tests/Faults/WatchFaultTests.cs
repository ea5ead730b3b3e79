using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Faults;

public sealed class WatchFaultTests : IAsyncLifetime
{
    private const string Path = "/api/v1/namespaces/t2/configmaps";
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");
    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ClusterFaults Faults => _cluster.Host.Faults;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _cluster.AddNamespace("t2");
        await _cluster.WaitAsync(ConfigMaps, "t2", "kube-root-ca.crt", _ => true);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_open_watch_expires_with_410_and_a_clean_end()
    {
        using var watch = await WatchAsync(_cluster.Store.Revision);
        Create("a");
        Assert.Equal("ADDED", (await NextAsync(watch)).Str("type"));

        Assert.Equal(1, await Faults.ExpireWatchesAsync(new RequestMatch { Namespace = "t2" }));

        var error = await NextAsync(watch);
        Assert.Equal(("ERROR", 410, "Expired"), (error.Str("type"), error.Int("object", "code"), error.Str("object", "reason")));
        Assert.Null(await watch.ReadLineAsync(Cancelled));
    }

    [Fact]
    public async Task New_watches_expire_while_the_rule_holds()
    {
        var rule = Faults.Expire(RequestMatch.Watches);
        using (var watch = await WatchAsync(_cluster.Store.Revision))
        {
            Assert.Equal(410, (await NextAsync(watch)).Int("object", "code"));
        }
        rule.Dispose();

        using var served = await WatchAsync(_cluster.Store.Revision);
        Create("a");
        Assert.Equal("ADDED", (await NextAsync(served)).Str("type"));
    }

    [Fact]
    public async Task A_stalled_watch_is_silent_and_then_catches_up()
    {
        using var watch = await WatchAsync(_cluster.Store.Revision);
        var stall = Faults.Stall(RequestMatch.Watches);
        Create("a");
        var next = NextAsync(watch);
        await stall.Met.WaitAsync(Cancelled);
        Assert.False(next.IsCompleted);

        stall.Dispose();
        Assert.Equal("a", (await next).Str("object", "metadata", "name"));
    }

    [Fact]
    public async Task Garbage_and_repetition_come_between_events()
    {
        using var watch = await WatchAsync(_cluster.Store.Revision);
        using (Faults.Garbage(RequestMatch.Watches))
        {
            Create("a");
            Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(watch.ReadLine()!));
            Assert.Equal("a", (await NextAsync(watch)).Str("object", "metadata", "name"));
        }
        using (Faults.Duplicate(RequestMatch.Watches))
        {
            Create("b");
            Assert.Equal("b", (await NextAsync(watch)).Str("object", "metadata", "name"));
            Assert.Equal("b", (await NextAsync(watch)).Str("object", "metadata", "name"));
        }
    }

    [Fact]
    public async Task Events_can_change_places()
    {
        using var watch = await WatchAsync(_cluster.Store.Revision);
        using var rule = Faults.Reorder(RequestMatch.Watches);
        Create("a");
        while (rule.Hits == 0)
        {
            await Task.Yield();
        }
        Create("b");

        Assert.Equal("b", (await NextAsync(watch)).Str("object", "metadata", "name"));
        Assert.Equal("a", (await NextAsync(watch)).Str("object", "metadata", "name"));
    }

    [Fact]
    public async Task Forgotten_history_makes_an_old_version_too_old()
    {
        long old = _cluster.Store.Revision;
        Create("a");
        Faults.ForgetHistory();

        using var watch = await WatchAsync(old);

        Assert.Equal(410, (await NextAsync(watch)).Int("object", "code"));
    }

    [Fact]
    public async Task Writes_fail_while_reads_go_on()
    {
        using var rule = Faults.Fail(RequestMatch.Writes, 500);
        using var body = new StringContent("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"}}""", null, "application/json");

        using var write = await _cluster.Admin.PostAsync(Path, body, Cancelled);
        using var read = await _cluster.Admin.GetAsync(Path, Cancelled);

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (write.StatusCode, read.StatusCode));
        Assert.Contains("database space exceeded", await write.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_lease_writes_are_never_answered()
    {
        var rule = Faults.Hang(RequestMatch.LeaseWrites);
        using var body = new StringContent(
            """{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l"},"spec":{}}""", null, "application/json");

        var write = _cluster.Admin.PostAsync("/apis/coordination.k8s.io/v1/namespaces/t2/leases", body, Cancelled);
        await rule.Met.WaitAsync(Cancelled);
        Assert.False(write.IsCompleted);

        rule.Dispose();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => write);
        Assert.Empty(_cluster.Store.List(new ResourceKey("coordination.k8s.io", "leases"), "t2"));
    }

    private void Create(string name) => _cluster.Store.Create(ConfigMaps, new JsonObject
    {
        ["kind"] = "ConfigMap",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "t2" },
    });

    private async Task<StreamReader> WatchAsync(long revision) =>
        new(await _cluster.Admin.GetStreamAsync($"{Path}?watch=true&resourceVersion={revision}", Cancelled));

    private static async Task<JsonObject> NextAsync(StreamReader watch) => TestCluster.Json((await watch.ReadLineAsync(Cancelled))!);
}
