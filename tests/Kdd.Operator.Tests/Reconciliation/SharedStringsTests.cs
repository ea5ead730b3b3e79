using System.Text.Json;
using Kdd.Operator.Reconciliation;
using Xunit;

namespace Kdd.Operator.Tests.Reconciliation;

public sealed class SharedStringsTests
{
    private readonly JsonSerializerOptions _options = new() { Converters = { new SharedStrings() } };

    [Fact]
    public void TheSameTextIsTheSameString()
    {
        string[] texts = Read<string[]>("""["Lines are streamed.","Lines are streamed."]""");
        Assert.Same(texts[0], texts[1]);
        Dictionary<string, string> labels = Read<Dictionary<string, string>>("""{"app":"app"}""");
        Assert.Same(labels.Keys.Single(), labels["app"]);
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"caf\u00e9 \u65e5\u672c\"", "caf\u00e9 \u65e5\u672c")]
    [InlineData("\"a\\u0000\\\"b\"", "a\0\"b")]
    [InlineData("null", null)]
    public void EveryTextIsReadAsItIs(string json, string? text)
    {
        Assert.Equal(text, Read<string?>(json));
        Assert.Equal(text, Read<string?>(json));
    }

    [Fact]
    public void TextsThatShareASlotAreNotMixedUp()
    {
        string[] texts = [.. Enumerable.Range(0, 20_000).Select(n => $"name-{n}"), new string('x', 1000)];
        Assert.Equal(texts, Read<string[]>(JsonSerializer.Serialize(texts)));
    }

    [Fact]
    public void WhatIsNoTextIsRefused() => Assert.Throws<JsonException>(() => Read<string>("1"));

    private T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, _options)!;
}
