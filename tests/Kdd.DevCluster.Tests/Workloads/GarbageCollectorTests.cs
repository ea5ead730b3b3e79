using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class GarbageCollectorTests : IAsyncLifetime
{
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_has_lost_its_owner_goes_down_the_whole_chain()
    {
        var owner = Create("owner");
        var child = Create("child", owner);
        Create("grandchild", child);

        _cluster.Store.Delete(ConfigMaps, "t1", "owner");

        await _cluster.WaitForDeletionAsync(ConfigMaps, "t1", "child");
        await _cluster.WaitForDeletionAsync(ConfigMaps, "t1", "grandchild");
    }

    [Fact]
    public async Task With_one_owner_left_only_the_reference_to_the_other_goes()
    {
        var one = Create("one");
        var other = Create("other");
        Create("child", one, other);

        _cluster.Store.Delete(ConfigMaps, "t1", "one");
        var child = await _cluster.WaitAsync(ConfigMaps, "t1", "child", c => c.Arr("metadata", "ownerReferences")!.Count == 1);

        Assert.Equal("other", child.Arr("metadata", "ownerReferences")![0].Str("name"));
    }

    [Fact]
    public async Task An_owner_of_the_same_name_with_another_uid_is_no_owner()
    {
        var owner = Create("owner");
        _cluster.Store.Delete(ConfigMaps, "t1", "owner");
        Create("owner");

        Create("child", owner);

        await _cluster.WaitForDeletionAsync(ConfigMaps, "t1", "child");
    }

    [Fact]
    public async Task Foreground_deletion_keeps_the_owner_until_its_dependents_are_gone()
    {
        var owner = Create("owner");
        Create("child", owner);
        Hold("child", "test/hold");

        _cluster.Store.Delete(ConfigMaps, "t1", "owner", new DeleteOptions { PropagationPolicy = "Foreground" });
        await _cluster.WaitAsync(ConfigMaps, "t1", "child", child => child["metadata"]!["deletionTimestamp"] is not null);
        Assert.NotNull(_cluster.Store.Get(ConfigMaps, "t1", "owner")!["metadata"]!["deletionTimestamp"]);

        Hold("child");
        await _cluster.WaitForDeletionAsync(ConfigMaps, "t1", "owner");
    }

    [Fact]
    public async Task Orphan_deletion_leaves_the_dependents_without_the_reference()
    {
        var owner = Create("owner");
        Create("child", owner);

        _cluster.Store.Delete(ConfigMaps, "t1", "owner", new DeleteOptions { PropagationPolicy = "Orphan" });

        await _cluster.WaitForDeletionAsync(ConfigMaps, "t1", "owner");
        Assert.Null(_cluster.Store.Get(ConfigMaps, "t1", "child")!["metadata"]!["ownerReferences"]);
    }

    private JsonObject Create(string name, params JsonObject[] owners)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = "t1" };
        if (owners.Length > 0)
        {
            metadata["ownerReferences"] = new JsonArray([.. owners.Select(Owners.Reference)]);
        }
        return _cluster.Store.Create(ConfigMaps, new JsonObject { ["kind"] = "ConfigMap", ["apiVersion"] = "v1", ["metadata"] = metadata });
    }

    private void Hold(string name, params string[] finalizers) => _cluster.Store.Mutate(ConfigMaps, "t1", name, obj =>
    {
        obj.Metadata()["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]);
        return true;
    });
}
