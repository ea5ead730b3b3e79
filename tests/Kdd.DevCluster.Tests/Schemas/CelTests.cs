using System.Text.Json.Nodes;
using Kdd.DevCluster.Schemas.Cel;
using Xunit;

namespace Kdd.DevCluster.Tests.Schemas;

public sealed class CelTests
{
    private const string Self = """{"a":1,"b":"two","list":[1,2,3],"map":{"x":true},"window":"100ms","size":"16Mi","count":2097152}""";

    [Theory]
    [InlineData("self.a == 1 && self.b != 'one'", true)]
    [InlineData("has(self.a) != has(self.nope)", true)]
    [InlineData("has(self.map.x) && self.map.x", true)]
    [InlineData("!(has(self.nope) && self.nope == 1)", true)]
    [InlineData("duration(self.window) <= duration('5s')", true)]
    [InlineData("duration('1h30m') > duration('89m')", true)]
    [InlineData("quantity(string(self.size)).compareTo(quantity('1Gi')) <= 0", true)]
    [InlineData("quantity(string(self.count)).compareTo(quantity('2Mi')) == 0", true)]
    [InlineData("size(self.list) == 3 && self.list.all(i, i > 0) && !self.list.exists(i, i == 7)", true)]
    [InlineData("self.b in ['one', 'two'] && 'x' in self.map", true)]
    [InlineData("self.a + 2 * 3 == 7 ? self.b.startsWith('t') : false", true)]
    [InlineData("self.b.matches('^t.o$') && self.list[0] == 1 && -self.a == -1", true)]
    [InlineData("self.a > 1", false)]
    public void Rules_hold_or_not(string rule, bool holds) => Assert.Equal(holds ? null : $"failed rule: {rule}", Check(rule));

    [Fact]
    public void A_broken_rule_speaks_its_message() => Assert.Equal("a must be 2", new ValidationRule(
        new JsonObject { ["rule"] = "self.a == 2", ["message"] = "a must be 2" }).Check(JsonNode.Parse(Self), null));

    [Fact]
    public void A_rule_about_the_old_value_is_one_of_transition() =>
        Assert.True(new ValidationRule(new JsonObject { ["rule"] = "self.a == oldSelf.a" }).UsesOldSelf);

    [Theory]
    [InlineData("ip(self.b)", "ip")]
    [InlineData("self.list.sum() == 6", "sum")]
    public void A_function_that_is_not_supported_is_refused_by_name(string rule, string name) =>
        Assert.Contains($"undeclared reference to '{name}'", Assert.Throws<CelException>(() => new ValidationRule(new JsonObject { ["rule"] = rule })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("self.a ==")]
    [InlineData("(self.a")]
    [InlineData("'open")]
    [InlineData("self # a")]
    public void What_is_no_expression_is_refused(string rule) => Assert.Throws<CelException>(() => new ValidationRule(new JsonObject { ["rule"] = rule }));

    [Fact]
    public void A_missing_field_fails_the_rule() => Assert.Contains("no such key: nope", Check("self.nope == 1"), StringComparison.Ordinal);

    private static string? Check(string rule) => new ValidationRule(new JsonObject { ["rule"] = rule }).Check(JsonNode.Parse(Self), null);
}
