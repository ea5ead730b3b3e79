using System.Text.RegularExpressions;
using CsCheck;
using Kdd.Api.LogViews;
using Xunit;

namespace Kdd.Api.Tests.LogViews;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("10m", 600_000)]
    public void ReadsGoNotation(string text, double milliseconds)
    {
        Duration duration = Duration.Parse(text);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration.Value);
        Assert.Equal(text, duration.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1 s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1..5s")]
    [InlineData("1s2")]
    [InlineData("99999999999999999999999h")]
    public void RefusesWhatTheSchemaRefuses(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void MessageSaysWhatWouldBeRight()
    {
        FormatException exception = Assert.Throws<FormatException>(() => Duration.Parse("5 minutes"));

        Assert.Contains("\"5 minutes\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1h30m", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartsAddUp()
        => Gen.Select(Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[0, 59], Gen.Int[0, 999]).Sample((hours, minutes, seconds, milliseconds) =>
            Assert.Equal(
                new TimeSpan(0, hours, minutes, seconds, milliseconds),
                Duration.Parse($"{hours}h{minutes}m{seconds}s{milliseconds}ms").Value));

    [Fact]
    public void AcceptsExactlyWhatTheSchemasPatternAccepts()
        => Gen.Char["0123456789.smh -"].Array[0, 12].Select(characters => new string(characters))
            .Where(text => !Regex.IsMatch(text, "[0-9]{6}")) // more than a hundred years matches, and is refused
            .Sample(text => Duration.TryParse(text, out _) == Regex.IsMatch(text, Duration.PatternText));
}
