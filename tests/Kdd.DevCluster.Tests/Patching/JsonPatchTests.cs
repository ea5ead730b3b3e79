using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Patching;
using Xunit;

namespace Kdd.DevCluster.Tests.Patching;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""[{"op":"add","path":"/a","value":2}]""", """{"list":[1,2],"a":2}""")]
    [InlineData("""[{"op":"add","path":"/list/1","value":9}]""", """{"list":[1,9,2]}""")]
    [InlineData("""[{"op":"add","path":"/list/-","value":9}]""", """{"list":[1,2,9]}""")]
    [InlineData("""[{"op":"remove","path":"/list/0"}]""", """{"list":[2]}""")]
    [InlineData("""[{"op":"replace","path":"/list","value":[]}]""", """{"list":[]}""")]
    [InlineData("""[{"op":"copy","from":"/list/0","path":"/b"}]""", """{"list":[1,2],"b":1}""")]
    [InlineData("""[{"op":"move","from":"/list","path":"/b~1c"}]""", """{"b/c":[1,2]}""")]
    [InlineData("""[{"op":"test","path":"/list/1","value":2}]""", """{"list":[1,2]}""")]
    public void Operations_do_what_RFC_6902_says(string patch, string expected) => Assert.Equal(expected, Apply(patch).ToJsonString());

    [Theory]
    [InlineData("""[{"op":"remove","path":"/nope"}]""")]
    [InlineData("""[{"op":"test","path":"/list","value":[]}]""")]
    [InlineData("""[{"op":"add","path":"/list/7","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/x/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"x","value":1}]""")]
    public void What_cannot_be_applied_is_422_without_a_cause(string patch)
    {
        var error = Assert.Throws<ApiException>(() => Apply(patch));
        Assert.Equal((422, "Invalid"), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData("""[{"op":"burn","path":"/list"}]""")]
    [InlineData("[1]")]
    public void A_malformed_operation_is_400(string patch) => Assert.Equal(400, Assert.Throws<ApiException>(() => Apply(patch)).Code);

    private static JsonObject Apply(string patch) => JsonPatch.Apply((JsonObject)JsonNode.Parse("""{"list":[1,2]}""")!, (JsonArray)JsonNode.Parse(patch)!);
}
