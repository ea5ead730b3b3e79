using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet.Logs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class PodLogOptionsTests
{
    [Theory]
    [InlineData("tailLines=-1", 422, "PodLogOptions \"p\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("limitBytes=0", 422, "PodLogOptions \"p\" is invalid: limitBytes: Invalid value: 0: must be greater than 0")]
    [InlineData("sinceSeconds=0", 422, "PodLogOptions \"p\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("stream=Stdout&tailLines=3", 422, "PodLogOptions \"p\" is invalid: stream: Forbidden: may not be specified")]
    [InlineData("tailLines=abc", 400, "strconv.ParseInt: parsing \"abc\": invalid syntax")]
    [InlineData("sinceTime=yesterday", 400, "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")]
    public void Refuses_as_the_api_server_does(string query, int code, string message)
    {
        var error = Assert.Throws<ApiException>(() => Parse(query));

        Assert.Equal((code, message), (error.Code, error.Message));
    }

    [Fact]
    public void Both_since_are_refused_together() =>
        Assert.Contains("at most one of `sinceTime` or `sinceSeconds`",
            Assert.Throws<ApiException>(() => Parse("sinceSeconds=3&sinceTime=2026-11-23T13:00:00Z")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("stream=stdout", "stream: Unsupported value: \"stdout\": supported values: \"Stderr\", \"All\", \"Stdout\"")]
    [InlineData("stream=Stderr&tailLines=3", "[]: Forbidden: `tailLines` and specific `stream` are mutually exclusive for now")]
    public void With_split_streams_the_stream_is_checked(string query, string message) =>
        Assert.Equal($"PodLogOptions \"p\" is invalid: {message}",
            Assert.Throws<ApiException>(() => Parse(query, new LogSettings { SplitStreams = true })).Message);

    [Theory]
    [InlineData("follow=maybe", true)]
    [InlineData("follow=true", true)]
    [InlineData("follow=", true)]
    [InlineData("follow=0", false)]
    [InlineData("follow=False", false)]
    [InlineData("", false)]
    public void Anything_but_false_and_zero_is_true(string query, bool follow) => Assert.Equal(follow, Parse(query).Follow);

    [Fact]
    public void Unknown_parameters_are_ignored() => Assert.Equal(1, Parse("bogus=1&tailLines=1").TailLines);

    private static PodLogOptions Parse(string query, LogSettings? settings = null) => PodLogOptions.Parse(
        new QueryCollection(QueryHelpers.ParseQuery(query)), "p", settings ?? new LogSettings());
}
