using System.Text.Json.Nodes;
using Kdd.DevCluster.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class NodeAffinityTests
{
    private static readonly JsonObject Node = TestCluster.Json("""{"metadata":{"name":"node-1","labels":{"disk":"ssd","cores":"8"}}}""");

    [Theory]
    [InlineData("""{}""", true)]
    [InlineData("""{"nodeSelector":{"disk":"ssd"}}""", true)]
    [InlineData("""{"nodeSelector":{"disk":"hdd"}}""", false)]
    public void A_node_selector_asks_for_labels(string spec, bool fits) => Assert.Equal(fits, NodeAffinity.Fits(TestCluster.Json(spec), Node));

    [Theory]
    [InlineData("""{"key":"disk","operator":"In","values":["hdd","ssd"]}""", true)]
    [InlineData("""{"key":"disk","operator":"NotIn","values":["ssd"]}""", false)]
    [InlineData("""{"key":"gpu","operator":"NotIn","values":["a"]}""", true)]
    [InlineData("""{"key":"gpu","operator":"Exists"}""", false)]
    [InlineData("""{"key":"gpu","operator":"DoesNotExist"}""", true)]
    [InlineData("""{"key":"cores","operator":"Gt","values":["4"]}""", true)]
    [InlineData("""{"key":"cores","operator":"Lt","values":["8"]}""", false)]
    [InlineData("""{"key":"disk","operator":"Gt","values":["4"]}""", false)]
    [InlineData("""{"key":"disk","operator":"Like","values":["ssd"]}""", false)]
    public void A_required_expression_holds_or_not(string expression, bool fits)
    {
        var terms = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(TestCluster.Json(expression)) });
        var spec = new JsonObject
        {
            ["affinity"] = new JsonObject { ["nodeAffinity"] = new JsonObject { ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonObject { ["nodeSelectorTerms"] = terms } } },
        };
        Assert.Equal(fits, NodeAffinity.Fits(spec, Node));
    }

    [Fact]
    public void A_pod_of_a_DaemonSet_is_tied_to_its_node()
    {
        var spec = new JsonObject();
        NodeAffinity.Require(spec, "node-2");

        Assert.False(NodeAffinity.Fits(spec, Node));
        Assert.Equal("node-2", NodeAffinity.NodeOf(new JsonObject { ["spec"] = spec.DeepClone() }));
        Assert.True(NodeAffinity.ToleratesUnschedulable(new JsonObject { ["spec"] = spec.DeepClone() }));
    }
}
