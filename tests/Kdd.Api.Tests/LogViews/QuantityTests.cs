using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Kdd.Api.LogViews;
using Xunit;

namespace Kdd.Api.Tests.LogViews;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1L << 20)]
    [InlineData("16Mi", 16L << 20)]
    [InlineData("1Gi", 1L << 30)]
    [InlineData("5k", 5_000)]
    [InlineData("2G", 2_000_000_000)]
    public void ReadsKubernetesUnits(string text, long bytes) => Assert.Equal(bytes, Quantity.Parse(text).Bytes);

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("-1")]
    [InlineData("1.5Mi")]
    [InlineData("16MB")]
    [InlineData("9999999999Gi")]
    public void RefusesWhatTheSchemaRefuses(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData("33554432")]
    [InlineData("\"32Mi\"")]
    public void TakesNumberOrStringInJson(string json) => Assert.Equal(32L << 20, JsonSerializer.Deserialize<Quantity>(json).Bytes);

    [Fact]
    public void AcceptsExactlyWhatTheSchemasPatternAccepts()
        => Gen.Char["0123456789KkMGi-."].Array[0, 8].Select(characters => new string(characters)).Sample(text =>
            Quantity.TryParse(text, out _) == Regex.IsMatch(text, Quantity.PatternText));
}
