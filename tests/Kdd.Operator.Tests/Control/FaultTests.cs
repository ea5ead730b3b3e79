using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster.Faults;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>The control flow while the API server misbehaves.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private ControlCluster _cluster = null!;
    private OperatorUnderTest _operator = null!;

    private ClusterFaults Faults => _cluster.Host.Faults;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlCluster.StartAsync(nodes: false);
        _operator = await _cluster.StartOperatorAsync();
        await FollowsAsync("before");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task AfterARestartOfTheApiServerItGoesOn()
    {
        await Faults.RestartApiServerAsync(TimeSpan.FromSeconds(1));
        await FollowsAsync("after");
    }

    [Fact]
    public async Task WatchesThatExpireAreRelisted()
    {
        await Faults.ExpireWatchesAsync();
        await FollowsAsync("after");
    }

    [Fact]
    public async Task GarbageInAWatchIsSurvived()
    {
        var watches = new RequestMatch { Verb = "watch", Resource = "logviews" };
        using (Faults.Garbage(watches))
        {
            Faults.EndStreams(watches);
            await _cluster.CreateLogViewAsync("during", """{"selector":{"matchLabels":{"app":"x"}}}""");
            await _cluster.StatusAsync("during", ReadyReasons.NoPods);
        }

        await FollowsAsync("after");
    }

    /// <summary>An etcd that is full refuses every write; what was to be said is said when it is cleared.</summary>
    [Fact]
    public async Task AStatusThatCannotBeWrittenIsWrittenLater()
    {
        FaultRule rule = Faults.Fail(new RequestMatch { Resource = "logviews", Subresource = "status", Verb = "patch" }, 500, times: 1);
        await _cluster.CreateLogViewAsync("late", """{"selector":{"matchLabels":{"app":"x"}}}""");
        await _cluster.StatusAsync("late", ReadyReasons.NoPods);
        Assert.True(rule.Hits > 0);
    }

    [Fact]
    public async Task ABurstOfLogViewsIsReadyWithAtMostThreeWritesEach()
    {
        const int Count = 200;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(n => _cluster.CreateLogViewAsync($"lv-{n}", """{"selector":{"matchLabels":{"app":"x"}}}""")));
        for (int n = 0; n < Count; n++)
        {
            JsonNode status = await _cluster.StatusAsync($"lv-{n}", ReadyReasons.NoPods);
            Assert.Equal(1, (int?)status["observedGeneration"]);
        }

        string metrics = (await _operator.GetAsync("/metrics", TestContext.Current.CancellationToken)).Text;
        string writes = metrics.Split('\n').Single(line => line.StartsWith("kdd_reconciles_total{", StringComparison.Ordinal) && line.Contains("controller=\"status\",result=\"done\"", StringComparison.Ordinal));
        Assert.InRange(int.Parse(writes[(writes.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture), Count, Count * 3);
    }

    private async Task FollowsAsync(string name)
    {
        await _cluster.CreatePodAsync(name, null, $$"""{"pod":"{{name}}"}""");
        await _cluster.CreateLogViewAsync(name, $$$"""{"workload":{"kind":"Pod","name":"{{{name}}}"}}""");
        await _cluster.StatusAsync(name, state => state.Pods.SequenceEqual([name]));
    }
}
