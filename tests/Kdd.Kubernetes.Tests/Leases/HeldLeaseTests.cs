using System.Text.Json.Nodes;
using Kdd.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kdd.Kubernetes.Tests.Leases;

public sealed class HeldLeaseTests : ScriptedTest
{
    private HeldLease _lease = null!;

    private protected override Task<Task> StartAsync(KubernetesApi api, CancellationToken stop)
    {
        var options = new HeldLeaseOptions
        {
            Name = new NamespacedName("kdd-system", "kdd-member-a"),
            Holder = "a",
            FieldManager = "kdd-operator",
            Labels = new Dictionary<string, string> { ["kdd.dev/member"] = "operator" },
            Annotations = () => new Dictionary<string, string> { ["kdd.dev/epoch"] = "0123456789abcdef" },
        };
        _lease = new HeldLease(api, options, Time, NullLogger<HeldLease>.Instance);
        return Task.FromResult(_lease.RunAsync(stop));
    }

    [Fact]
    public async Task TheLeaseSaysWhoHoldsItSinceWhenAndHowLong()
    {
        ScriptedExchange apply = await Api.NextAsync();
        Assert.Equal(("PATCH", "/apis/coordination.k8s.io/v1/namespaces/kdd-system/leases/kdd-member-a"), (apply.Method, apply.Path));
        JsonNode lease = JsonNode.Parse(apply.Body)!;
        Assert.Equal(("Lease", "a", 15), ((string?)lease["kind"], (string?)lease["spec"]!["holderIdentity"], (int?)lease["spec"]!["leaseDurationSeconds"]));
        Assert.Equal("2026-11-23T12:00:00.123000Z", (string?)lease["spec"]!["renewTime"]);
        Assert.Equal("0123456789abcdef", (string?)lease["metadata"]!["annotations"]!["kdd.dev/epoch"]);
        Assert.False(_lease.IsValid);
        await apply.AnswerAsync(201, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        Assert.True(_lease.IsValid);
    }

    [Fact]
    public async Task ItIsRenewedEveryFiveSeconds()
    {
        await (await Api.NextAsync()).AnswerAsync(201, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        DateTimeOffset acquired = Time.GetUtcNow();
        Task<ScriptedExchange> next = Api.NextAsync();
        await Time.AdvanceUntilAsync(next, TimeSpan.FromMilliseconds(500), Cancelled);
        Assert.True(Time.GetUtcNow() - acquired >= TimeSpan.FromSeconds(5));
        Assert.Equal("2026-11-23T12:00:00.123000Z", (string?)JsonNode.Parse((await next).Body)!["spec"]!["acquireTime"]);
    }

    /// <summary>The library's elector believes in its lease until it hears otherwise; a process that was paused would write on.</summary>
    [Fact]
    public async Task TenSecondsAfterTheLastRenewalItIsNoLongerValidWithoutAnybodySayingSo()
    {
        await (await Api.NextAsync()).AnswerAsync(201, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(_lease.IsValid);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(_lease.IsValid);
    }

    /// <summary>A renewal is worth what it was when it was sent, not when its answer came.</summary>
    [Fact]
    public async Task ValidityCountsFromBeforeTheRequest()
    {
        ScriptedExchange apply = await Api.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(4));
        await apply.AnswerAsync(201, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        Time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(_lease.IsValid);
    }

    [Fact]
    public async Task AFailedRenewalIsTriedAgainAndMakesItValidAgain()
    {
        await (await Api.NextAsync()).RefuseAsync(500, "InternalError", "etcdserver: mvcc: database space exceeded");
        Task<ScriptedExchange> next = Api.NextAsync();
        await Time.AdvanceUntilAsync(next, TimeSpan.FromMilliseconds(250), Cancelled);
        await (await next).AnswerAsync(200, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        Assert.True(_lease.IsValid);
    }

    [Fact]
    public async Task ReleaseDeletesItAndDoesNotFailWhenTheServerDoes()
    {
        await (await Api.NextAsync()).AnswerAsync(201, "{}");
        await _lease.Acquired.WaitAsync(Cancelled);
        await StopAsync();
        Task released = _lease.ReleaseAsync(Cancelled);
        ScriptedExchange delete = await Api.NextAsync();
        Assert.Equal(("DELETE", "/apis/coordination.k8s.io/v1/namespaces/kdd-system/leases/kdd-member-a"), (delete.Method, delete.Path));
        await delete.RefuseAsync(503, "ServiceUnavailable");
        await released;
    }
}
