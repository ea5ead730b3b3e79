using Kdd.Api.Wire;
using Xunit;

namespace Kdd.Api.Tests.Wire;

public sealed class StreamQueryTests
{
    [Theory]
    [InlineData("tails", "5", "is not a parameter")]
    [InlineData("tail", "-1", "whole number")]
    [InlineData("level", "loud", "Trace, Debug, Info")]
    [InlineData("level", "3", "Trace, Debug, Info")]
    [InlineData("since", "yesterday", "neither a duration")]
    [InlineData("regex", "(?=x)", "linear-time")]
    [InlineData("regex", "(", "linear-time")]
    [InlineData("follow", "maybe", "neither true nor false")]
    [InlineData("cursor", "17", "position of this stream")]
    [InlineData("pod", "../x", "name or glob")]
    [InlineData("q", "", "characters")]
    public void ARefusalNamesTheParameterAndWhatWouldBeRight(string name, string value, string says)
    {
        Assert.False(StreamQuery.TryParse([KeyValuePair.Create(name, value)], out _, out QueryError error));
        Assert.Equal(name, error.Parameter);
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadsEveryParameter()
    {
        Assert.True(StreamQuery.TryParse(
            [
                KeyValuePair.Create("pod", "a-*"), KeyValuePair.Create("pod", "b"), KeyValuePair.Create("container", "main"), KeyValuePair.Create("q", "x"),
                KeyValuePair.Create("level", "warn"), KeyValuePair.Create("tail", "10"), KeyValuePair.Create("since", "15m"), KeyValuePair.Create("follow", "false"),
            ],
            out StreamQuery query, out _));
        Assert.Equal(["a-*", "b"], query.Pods);
        Assert.Equal(LineLevel.Warn, query.MinLevel);
        Assert.Equal((10, TimeSpan.FromMinutes(15), false), (query.Tail, query.Since, query.Follow));
    }

    [Fact]
    public void RefusesToSearchTwice()
    {
        Assert.False(StreamQuery.TryParse([KeyValuePair.Create("q", "x"), KeyValuePair.Create("regex", "y")], out _, out QueryError error));
        Assert.Equal("regex", error.Parameter);
    }
}
