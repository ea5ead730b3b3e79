using System.Net;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Containers;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>
/// An operator that starts where LogViews have been for an hour: 10,000 of them must not open all their streams at once.
/// The cluster's clock is an hour behind, so that what is created now is that old.
/// </summary>
public sealed class IdleTests : IAsyncLifetime
{
    private ControlCluster _cluster = null!;
    private OperatorUnderTest _operator = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new DevClusterOptions
        {
            TimeProvider = new AnHourBehind(),
            Kubelet = new KubeletSettings
            {
                Scripts = new Dictionary<string, ContainerScript>
                {
                    ["quiet"] = async (context, terminated) =>
                    {
                        context.WriteLine("hello");
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, terminated).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        return 0;
                    },
                },
            },
        };
        _cluster = await ControlCluster.StartAsync(nodes: true, options);
        await _cluster.CreateAsync("Pod", "shop", """{"metadata":{"name":"cart"},"spec":{"containers":[{"name":"main","image":"quiet"}]}}""");
        await _cluster.CreateLogViewAsync("idle", """{"workload":{"kind":"Pod","name":"cart"}}""");
        await _cluster.CreateLogViewAsync("always", """{"workload":{"kind":"Pod","name":"cart"},"idleTimeout":"0s"}""");
        _operator = await _cluster.StartOperatorAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task AnOldLogViewWaitsForAViewerAndIsReady()
    {
        JsonNode status = await _cluster.StatusAsync("idle", state => state is { Reason: ReadyReasons.Idle, ReadyStatus: "True" });
        Assert.Equal("0/0", (string?)status["streams"]!["summary"]);

        await _cluster.CreateAsync("ServiceAccount", "kdd-system", """{"metadata":{"name":"kdd-gateway"}}""");
        using HttpResponseMessage viewer = await _operator.GetStreamAsync("shop", "idle", await _cluster.TokenAsync("kdd-gateway", "kdd-operator"), Cancelled);
        Assert.Equal(HttpStatusCode.OK, viewer.StatusCode);
        await _cluster.StatusAsync("idle", state => state is { Reason: ReadyReasons.Streaming, Desired: 1 });
    }

    /// <summary>The idle clock begins anew with a change of the spec.</summary>
    [Fact]
    public async Task AChangeOfItsSpecOpensItsStreams()
    {
        await _cluster.StatusAsync("idle", ReadyReasons.Idle);
        await _cluster.PatchLogViewAsync("idle", """{"spec":{"retain":{"lines":500}}}""");
        await _cluster.StatusAsync("idle", state => state is { Reason: ReadyReasons.Streaming, Desired: 1, IsCurrent: true });
    }

    [Fact]
    public async Task OneThatNeverIdlesStreamsAtOnce()
        => await _cluster.StatusAsync("always", state => state is { Reason: ReadyReasons.Streaming, Desired: 1 });

    private sealed class AnHourBehind : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(-1);
    }
}
