using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.DevCluster.Tests.Storage;

public sealed class ObjectStoreTests
{
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");
    private static readonly ResourceKey Deployments = new("apps", "deployments");
    private static readonly ResourceKey Pods = new("", "pods");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly ObjectStore _store;

    public ObjectStoreTests() => _store = new ObjectStore(_time);

    [Fact]
    public void A_new_object_gets_uid_time_and_version()
    {
        var created = _store.Create(ConfigMaps, Make("a"));
        Assert.Equal("2026-11-23T12:00:00Z", created.Str("metadata", "creationTimestamp"));
        Assert.NotEqual("", created.Uid());
        Assert.Equal($"{_store.Revision}", created.Str("metadata", "resourceVersion"));
        Assert.Null(created.Long("metadata", "generation"));
    }

    [Fact]
    public void A_name_is_taken_once() =>
        Assert.Equal("AlreadyExists", Assert.Throws<ApiException>(() => { _store.Create(ConfigMaps, Make("a")); _store.Create(ConfigMaps, Make("a")); }).Reason);

    [Fact]
    public void An_update_of_an_old_version_is_a_conflict()
    {
        var first = _store.Create(ConfigMaps, Make("a"));
        _store.Mutate(ConfigMaps, "t", "a", o => Set(o, "x"));
        Assert.Equal(409, Assert.Throws<ApiException>(() => _store.Update(ConfigMaps, Changed(first, "y"))).Code);
    }

    [Fact]
    public void A_write_that_changes_nothing_keeps_the_version()
    {
        var first = _store.Create(ConfigMaps, Make("a"));
        Assert.Same(first, _store.Update(ConfigMaps, first));
    }

    [Fact]
    public void Generation_counts_changes_of_the_spec_only()
    {
        _store.Create(Deployments, Make("d", """{"spec":{"replicas":1}}"""));
        _store.Mutate(Deployments, "t", "d", o => { o["status"] = new JsonObject { ["replicas"] = 1 }; return true; }, statusOnly: true);
        Assert.Equal(1, _store.Get(Deployments, "t", "d")!.Long("metadata", "generation"));
        _store.Mutate(Deployments, "t", "d", o => { o["spec"]!["replicas"] = 2; return true; });
        Assert.Equal(2, _store.Get(Deployments, "t", "d")!.Long("metadata", "generation"));
    }

    [Fact]
    public void A_finalizer_holds_an_object_until_it_is_removed()
    {
        _store.Create(ConfigMaps, Make("a", """{"metadata":{"name":"a","namespace":"t","finalizers":["x/y"]}}"""));
        Assert.True(_store.Delete(ConfigMaps, "t", "a"));
        Assert.Equal("2026-11-23T12:00:00Z", _store.Get(ConfigMaps, "t", "a")!.Str("metadata", "deletionTimestamp"));
        _store.Mutate(ConfigMaps, "t", "a", o => o["metadata"]!.AsObject().Remove("finalizers"));
        Assert.Null(_store.Get(ConfigMaps, "t", "a"));
    }

    [Fact]
    public void A_pod_on_a_node_has_its_grace_period_and_goes_when_the_kubelet_says_so()
    {
        _store.Create(Pods, Make("p", """{"spec":{"nodeName":"n","terminationGracePeriodSeconds":7}}"""));
        _store.Delete(Pods, "t", "p");
        Assert.Equal(7, _store.Get(Pods, "t", "p")!.Long("metadata", "deletionGracePeriodSeconds"));
        _store.Delete(Pods, "t", "p", DeleteOptions.Immediate);
        Assert.Null(_store.Get(Pods, "t", "p"));
    }

    [Theory]
    [InlineData("wrong", null)]
    [InlineData(null, "1")]
    public void A_precondition_that_does_not_hold_is_a_conflict(string? uid, string? version)
    {
        _store.Create(ConfigMaps, Make("a"));
        var options = new DeleteOptions { PreconditionUid = uid, PreconditionResourceVersion = version };
        Assert.Equal(409, Assert.Throws<ApiException>(() => _store.Delete(ConfigMaps, "t", "a", options)).Code);
        Assert.NotNull(_store.Get(ConfigMaps, "t", "a"));
    }

    [Fact]
    public async Task A_watch_sees_what_is_there_and_every_change()
    {
        _store.Create(ConfigMaps, Make("a"));
        await using var watch = _store.WatchAsync(ConfigMaps, "t", TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal((StoreEventType.Added, "a"), await NextAsync(watch));
        _store.Create(ConfigMaps, Make("b"));
        _store.Mutate(ConfigMaps, "t", "b", o => Set(o, "x"));
        _store.Delete(ConfigMaps, "t", "b");
        Assert.Equal((StoreEventType.Added, "b"), await NextAsync(watch));
        Assert.Equal((StoreEventType.Modified, "b"), await NextAsync(watch));
        Assert.Equal((StoreEventType.Deleted, "b"), await NextAsync(watch));
    }

    [Fact]
    public async Task A_watcher_slower_than_the_history_sees_the_difference()
    {
        _store.Create(ConfigMaps, Make("a"));
        _store.Create(ConfigMaps, Make("gone"));
        await using var watch = _store.WatchAsync(ConfigMaps, null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await NextAsync(watch);
        await NextAsync(watch);
        _store.Delete(ConfigMaps, "t", "gone");
        for (var i = 0; i <= ResourceTable.Capacity; i++)
        {
            _store.Mutate(ConfigMaps, "t", "a", o => Set(o, $"{i}"));
        }

        Assert.Equal((StoreEventType.Deleted, "gone"), await NextAsync(watch));
        Assert.Equal((StoreEventType.Modified, "a"), await NextAsync(watch));
        Assert.Equal($"{ResourceTable.Capacity}", watch.Current.Object.Str("data", "v"));
    }

    [Fact]
    public void The_past_can_be_read_until_it_is_compacted()
    {
        var first = _store.Create(ConfigMaps, Make("a"));
        var revision = _store.Revision;
        _store.Delete(ConfigMaps, "t", "a");
        var table = _store.Table(ConfigMaps);
        Assert.Same(first, Assert.Single(table.AsOf(revision)!).Object);
        Assert.Empty(table.AsOf(_store.Revision)!);
        _store.Compact(_store.Revision);
        Assert.Null(table.AsOf(revision));
    }

    private static async Task<(StoreEventType, string)> NextAsync(IAsyncEnumerator<StoreEvent> watch)
    {
        Assert.True(await watch.MoveNextAsync());
        return (watch.Current.Type, watch.Current.Object.Name());
    }

    private static JsonObject Make(string name, string? more = null)
    {
        var obj = more is null ? [] : (JsonObject)JsonNode.Parse(more)!;
        obj["apiVersion"] = "v1";
        obj["kind"] = "Thing";
        obj.Metadata()["name"] = name;
        obj.Metadata()["namespace"] = "t";
        return obj;
    }

    private static bool Set(JsonObject obj, string value)
    {
        obj["data"] = new JsonObject { ["v"] = value };
        return true;
    }

    private static JsonObject Changed(JsonObject obj, string value)
    {
        var copy = (JsonObject)obj.DeepClone();
        Set(copy, value);
        return copy;
    }
}
