using System.Text.Json;
using Kdd.Api.LogViews;
using Xunit;

namespace Kdd.Api.Tests.LogViews;

public sealed class LogViewJsonTests
{
    [Fact]
    public void FieldsLeftOutHaveTheSchemasDefaults()
    {
        LogView logView = Read("""{"metadata":{"name":"a","namespace":"b"},"spec":{"workload":{"kind":"Deployment","name":"web"}}}""");

        Assert.True(logView.Spec.Follow);
        Assert.Equal(5000, logView.Spec.Tail.Lines);
        Assert.Equal(["*"], logView.Spec.Container.Include);
        Assert.Equal(TimeSpan.FromMilliseconds(100), logView.Spec.OrderWindow.Value);
        Assert.Equal(TimeSpan.FromMinutes(10), logView.Spec.IdleTimeout.Value);
        Assert.Equal(16L << 20, logView.Spec.Retain.Size.Bytes);
    }

    [Fact]
    public void FieldsOfANewerVersionAreIgnored()
        => Assert.Equal("web", Read("""{"spec":{"workload":{"kind":"Deployment","name":"web","shard":1},"colour":{"a":[1]}}}""").Spec.Workload!.Name);

    [Fact]
    public void ReadsBackWhatItWrites()
    {
        LogView logView = Read("""
            {"metadata":{"name":"a","generation":3},"spec":{"selector":{"matchLabels":{"app":"web"}},"redact":[{"pattern":"x"}]},
             "status":{"observedGeneration":3,"streams":{"desired":2,"active":1,"summary":"1/2"}}}
            """);

        LogView again = Read(JsonSerializer.Serialize(logView, LogViewJson.Default.LogView));

        Assert.Equal("web", again.Spec.Selector!.MatchLabels!["app"]);
        Assert.Equal("***", again.Spec.Redact![0].Replacement);
        Assert.Equal("1/2", again.Status!.Streams!.Summary);
        Assert.Equal(3, again.Metadata.Generation);
    }

    [Fact]
    public void TimesAreWrittenAsKubernetesWritesThem()
    {
        LogViewStatus status = new() { StartTime = new DateTimeOffset(2026, 3, 1, 12, 30, 0, 250, TimeSpan.FromHours(2)) };

        Assert.Equal("""{"startTime":"2026-03-01T10:30:00Z"}""", JsonSerializer.Serialize(status, LogViewJson.Default.LogViewStatus));
    }

    [Theory]
    [InlineData("""{"spec":{"orderWindow":"soon"}}""", "$.spec.orderWindow")]
    [InlineData("""{"spec":{"retain":{"size":"much"}}}""", "$.spec.retain.size")]
    [InlineData("""{"spec":{"tail":{"lines":"many"}}}""", "$.spec.tail.lines")]
    public void WrongTypeNamesTheField(string json, string path)
        => Assert.Equal(path, Assert.Throws<JsonException>(() => Read(json)).Path);

    private static LogView Read(string json) => JsonSerializer.Deserialize(json, LogViewJson.Default.LogView)!;
}
