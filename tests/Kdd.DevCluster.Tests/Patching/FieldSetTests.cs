using System.Text.Json.Nodes;
using CsCheck;
using Kdd.DevCluster.Patching;
using Xunit;

namespace Kdd.DevCluster.Tests.Patching;

public sealed class FieldSetTests
{
    private static readonly string[] Steps = ["f:a", "f:b", "f:c.d", "k:{\"name\":\"x\"}", "v:1"];

    private static readonly Gen<FieldSet> Sets = Gen.Int[0, 4].Select(i => Steps[i]).Array[0, 3].Array[0, 6].Select(paths =>
    {
        var set = new FieldSet();
        foreach (var path in paths.Where(p => p.Length > 0))
        {
            path.Aggregate(set, (at, step) => at.Into(step)).Member = true;
        }

        return set;
    });

    [Fact]
    public void FieldsV1_goes_there_and_back() => Sets.Sample(set => Same(set, FieldSet.ParseRoot(set.ToJson())));

    [Fact]
    public void What_is_taken_away_and_added_again_is_the_union() =>
        Gen.Select(Sets, Sets).Sample((a, b) => Same(a.Except(b).Union(b), a.Union(b)));

    [Fact]
    public void Nothing_is_in_a_set_and_outside_it() => Gen.Select(Sets, Sets).Sample((a, b) => a.Except(b).Intersect(b).IsEmpty);

    [Fact]
    public void Paths_read_as_conflicts_name_them()
    {
        var set = FieldSet.ParseRoot((JsonObject)JsonNode.Parse("""{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{}}}},"f:metadata":{"f:finalizers":{"v:\"x\"":{}}}}""")!);
        Assert.Equal([".metadata.finalizers[=\"x\"]", ".status.conditions[type=\"Ready\"]", ".status.conditions[type=\"Ready\"].status"], set.Paths());
    }

    private static bool Same(FieldSet a, FieldSet b) => a.ToJson().ToJsonString() == b.ToJson().ToJsonString();
}
