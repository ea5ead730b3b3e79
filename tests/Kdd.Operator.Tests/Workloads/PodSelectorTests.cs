using Kdd.Api.LogViews;
using Kdd.Operator.Workloads;
using Xunit;

namespace Kdd.Operator.Tests.Workloads;

public sealed class PodSelectorTests
{
    private static readonly Dictionary<string, string> Cart = new() { ["app"] = "cart", ["tier"] = "web" };

    [Fact]
    public void AllLabelsMustMatch()
    {
        Assert.True(Matches(new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "cart" } }));
        Assert.False(Matches(new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "cart", ["tier"] = "db" } }));
        Assert.False(Matches(new LabelSelector { MatchLabels = new Dictionary<string, string> { ["absent"] = "" } }));
    }

    [Fact]
    public void AnEmptySelectorSelectsAll() => Assert.True(Matches(new LabelSelector()));

    /// <summary>NotIn holds where the key is absent, as in the API server (apimachinery's labels.Requirement.Matches).</summary>
    [Theory]
    [InlineData("app", "In", "cart,shop", true)]
    [InlineData("app", "In", "shop", false)]
    [InlineData("absent", "In", "shop", false)]
    [InlineData("app", "NotIn", "cart", false)]
    [InlineData("app", "NotIn", "shop", true)]
    [InlineData("absent", "NotIn", "shop", true)]
    [InlineData("app", "Exists", "", true)]
    [InlineData("absent", "Exists", "", false)]
    [InlineData("app", "DoesNotExist", "", false)]
    [InlineData("absent", "DoesNotExist", "", true)]
    public void ExpressionsMeanWhatTheyMeanToTheApiServer(string key, string @operator, string values, bool matches)
        => Assert.Equal(matches, Matches(Expression(key, @operator, values)));

    [Theory]
    [InlineData("In", "", "spec.selector.matchExpressions[0].values: must be set for the operator In")]
    [InlineData("Exists", "a", "spec.selector.matchExpressions[0].values: must not be set for the operator Exists")]
    [InlineData("Like", "a", "spec.selector.matchExpressions[0].operator: must be one of In, NotIn, Exists and DoesNotExist")]
    public void AnExpressionThatCannotBeIsRefusedByItsField(string @operator, string values, string message)
        => Assert.Equal(message, Assert.Throws<FormatException>(() => Matches(Expression("app", @operator, values))).Message);

    [Theory]
    [InlineData("app=cart", true)]
    [InlineData("app==cart,tier=web", true)]
    [InlineData("app=cart,tier=db", false)]
    public void TheSelectorOfAScaleIsRead(string selector, bool matches) => Assert.Equal(matches, PodSelector.Parse(selector)(Cart));

    [Theory]
    [InlineData("app!=cart")]
    [InlineData("app in (a,b)")]
    [InlineData("app")]
    public void AnotherFormOfItIsRefusedRatherThanGuessed(string selector) => Assert.Throws<FormatException>(() => PodSelector.Parse(selector));

    private static bool Matches(LabelSelector selector) => PodSelector.Compile(selector)(Cart);

    private static LabelSelector Expression(string key, string @operator, string values) => new()
    {
        MatchExpressions = [new LabelRequirement { Key = key, Operator = @operator, Values = values.Length == 0 ? null : values.Split(',') }],
    };
}
