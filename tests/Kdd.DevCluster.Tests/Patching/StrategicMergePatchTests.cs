using System.Text.Json.Nodes;
using k8s.Models;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Schemas;
using Xunit;

namespace Kdd.DevCluster.Tests.Patching;

public sealed class StrategicMergePatchTests
{
    private const string Deployment = """
        {"spec":{"replicas":1,"template":{"spec":{"containers":[
        {"name":"a","image":"one","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}],"args":["p","q"]},{"name":"b","image":"two"}]}}}}
        """;

    [Fact]
    public void Containers_merge_by_name_and_keep_what_the_patch_does_not_name() => Patch(
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"new","env":[{"name":"X","value":"9"}]}]}}}}""",
        """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"new","env":[{"name":"X","value":"9"},{"name":"Y","value":"2"}],"args":["p","q"]},{"name":"b","image":"two"}]}}}}""");

    [Fact]
    public void A_list_without_a_merge_key_is_replaced() => Patch(
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","args":["z"]}]}}}}""",
        """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"one","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}],"args":["z"]},{"name":"b","image":"two"}]}}}}""");

    [Fact]
    public void An_item_is_deleted_by_its_key() => Patch(
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}}}""",
        """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"b","image":"two"}]}}}}""");

    [Fact]
    public void The_order_of_elements_can_be_set() => Patch(
        """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c","image":"three"}]}}}}""",
        """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"c","image":"three"},{"name":"b","image":"two"},{"name":"a","image":"one","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}],"args":["p","q"]}]}}}}""");

    [Fact]
    public void Null_removes_a_field() => Patch("""{"spec":{"replicas":null,"template":null}}""", """{"spec":{}}""");

    [Fact]
    public void Only_retained_keys_stay()
    {
        var target = (JsonObject)JsonNode.Parse("""{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""")!;
        StrategicMergePatch.Apply(target, (JsonObject)JsonNode.Parse("""{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""")!, ModelSchemas.Of(typeof(V1Deployment)));
        Assert.Equal("""{"spec":{"strategy":{"type":"Recreate"}}}""", target.ToJsonString());
    }

    private static void Patch(string patch, string expected)
    {
        var target = (JsonObject)JsonNode.Parse(Deployment)!;
        StrategicMergePatch.Apply(target, (JsonObject)JsonNode.Parse(patch)!, ModelSchemas.Of(typeof(V1Deployment)));
        Assert.Equal(expected, target.ToJsonString());
    }
}
