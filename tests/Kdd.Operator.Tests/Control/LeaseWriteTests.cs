using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>An operator that may read and write all but its own Lease: others are about to take over, and it must know that by itself.</summary>
public sealed class LeaseWriteTests : IAsyncLifetime
{
    private static readonly ResourceKey LogViews = new("kdd.dev", "logviews");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(11);

    private ControlCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await ControlCluster.StartAsync(nodes: false);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task TenSecondsAfterItsLastRenewalItWritesNoStatusAndWhatWasToBeSaidIsSaidOnceItRenews()
    {
        await _cluster.StartOperatorAsync("alone");
        await _cluster.CreateLogViewAsync("before", """{"selector":{"matchLabels":{"app":"x"}}}""");
        await _cluster.StatusAsync("before", ReadyReasons.NoPods);

        using (_cluster.Host.Faults.Fail(RequestMatch.LeaseWrites, 500))
        {
            await Task.Delay(Deadline, TimeProvider.System, Cancelled);
            await _cluster.CreateLogViewAsync("during", """{"selector":{"matchLabels":{"app":"x"}}}""");
            // A second is what a status is coalesced over: one that might be written would be.
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancelled);
            Assert.Null(_cluster.Host.Store.Get(LogViews, "shop", "during")!["status"]);
        }

        JsonNode status = await _cluster.StatusAsync("during", ReadyReasons.NoPods);
        Assert.Equal("alone", (string?)status["owner"]);
    }

    [Fact]
    public async Task OthersTakeItsNamespacesOver()
    {
        await _cluster.StartOperatorAsync("a");
        await _cluster.StartOperatorAsync("b");
        string ns = Enumerable.Range(0, 100).Select(n => $"team-{n}").First(name => Kdd.Api.Sharding.ShardMap.OwnerOf(name, ["a", "b"]) == "a");
        await _cluster.CreateAsync("Namespace", "", $$$"""{"metadata":{"name":"{{{ns}}}"}}""");
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"x"}}}""", ns);
        await _cluster.StatusAsync("lv", state => state.Owner == "a", ns);

        using FaultRule rule = _cluster.Host.Faults.Fail(RequestMatch.LeaseWrites with { Name = "kdd-member-a" }, 500);
        await _cluster.StatusAsync("lv", state => state.Owner == "b", ns);
        Assert.True(rule.Hits > 0);
    }
}
