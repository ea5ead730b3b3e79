using System.Globalization;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>The recorded answers of pods/log: each with the pod, the kubelet and the API server in the state that it was recorded in.</summary>
public sealed class LogTranscriptTests(LogStages stages, TranscriptReport report) : IClassFixture<LogStages>
{
    public static TheoryData<string> Cases() => [.. TranscriptCase.ReadAll().Where(t => Coverage.SuiteOf(t) == Suite.Logs).Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_recorded_log_is_answered_alike(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var (stage, transcript) = (stages.For(name), TranscriptCase.Read(name));
        await stage.ResetAsync();
        if (transcript.Header("Date") is { } date)
        {
            stage.Clock.Set(DateTimeOffset.Parse(date, CultureInfo.InvariantCulture));
        }

        var log = new RecordedLog(transcript);
        await new Scenes(stage).SetAsync(transcript, log);
        report.Check(name, await new LogReplay(stage, transcript, log).RunAsync(limit.Token));
    }
}
