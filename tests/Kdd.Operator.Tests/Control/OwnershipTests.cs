using System.Net;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.Api.Sharding;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>Several replicas: whose is a namespace, who may ask for a stream, and what happens when one leaves.</summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    private static readonly ResourceKey Leases = new("coordination.k8s.io", "leases");

    private ControlCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await ControlCluster.StartAsync(nodes: false);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task AMemberSaysWhereItIsAndWhichKeyItHas()
    {
        await _cluster.StartOperatorAsync("a");
        await ReadyAsync("lv", "shop");
        JsonNode annotations = _cluster.Host.Store.Get(Leases, "kdd-system", "kdd-member-a")!["metadata"]!["annotations"]!;
        Assert.True(IPEndPoint.TryParse((string)annotations["kdd.dev/address"]!, out IPEndPoint? address) && address.Port > 0);
        Assert.Matches("^[0-9a-f]{16}$", (string)annotations["kdd.dev/epoch"]!);
        Assert.Matches("^[0-9a-f]{64}$", (string)annotations["kdd.dev/spki-sha256"]!);
    }

    [Fact]
    public async Task EachNamespaceIsServedByItsOwnerAndMovesWhenThatLeaves()
    {
        string[] members = ["a", "b"];
        OperatorUnderTest a = await _cluster.StartOperatorAsync("a");
        await _cluster.StartOperatorAsync("b");
        string[] namespaces = [.. Enumerable.Range(0, 4).Select(n => $"team-{n}")];
        foreach (string ns in namespaces)
        {
            await _cluster.CreateAsync("Namespace", "", $$$"""{"metadata":{"name":"{{{ns}}}"}}""");
            await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"x"}}}""", ns);
            await _cluster.StatusAsync("lv", state => state.Owner == ShardMap.OwnerOf(ns, members), ns);
        }

        Assert.Contains("a", namespaces.Select(ns => ShardMap.OwnerOf(ns, members)));
        await a.StopAsync(Cancelled);
        Assert.Null(_cluster.Host.Store.Get(Leases, "kdd-system", "kdd-member-a"));
        foreach (string ns in namespaces)
        {
            await _cluster.StatusAsync("lv", state => state.Owner == "b", ns);
        }
    }

    [Fact]
    public async Task ALeaseThatIsNotRenewedLosesItsNamespacesWithin20Seconds()
    {
        await _cluster.StartOperatorAsync("b");
        string theirs = Enumerable.Range(0, 100).Select(n => $"team-{n}").First(ns => ShardMap.OwnerOf(ns, ["dead", "b"]) == "dead");
        await _cluster.CreateAsync("Namespace", "", $$$"""{"metadata":{"name":"{{{theirs}}}"}}""");
        _cluster.Host.Store.Create(Leases, (JsonObject)JsonNode.Parse("""
            {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"kdd-member-dead","namespace":"kdd-system","labels":{"kdd.dev/member":"operator"}},
             "spec":{"holderIdentity":"dead","renewTime":"2099-01-01T00:00:00.000000Z"}}
            """)!);
        long created = TimeProvider.System.GetTimestamp();
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"x"}}}""", theirs);
        await _cluster.StatusAsync("lv", state => state.Owner == "b", theirs);
        Assert.InRange(TimeProvider.System.GetElapsedTime(created), TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task OnlyTheGatewaysTokenOfThisAudienceOpensAStream()
    {
        OperatorUnderTest a = await _cluster.StartOperatorAsync("a");
        await ReadyAsync("lv", "shop");
        await _cluster.CreateAsync("ServiceAccount", "kdd-system", """{"metadata":{"name":"kdd-gateway"}}""");
        string gateway = await _cluster.TokenAsync("kdd-gateway", "kdd-operator");
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(a, "shop", "lv", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(a, "shop", "lv", "made up"));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(a, "shop", "lv", await _cluster.TokenAsync("kdd-gateway", "somebody-else")));
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(a, "shop", "lv", await _cluster.TokenAsync("kdd-operator", "kdd-operator")));
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(a, "shop", "lv", gateway));
        Assert.Equal(HttpStatusCode.NotFound, await CodeAsync(a, "shop", "absent", gateway));
    }

    [Fact]
    public async Task WhoIsNotTheOwnerNamesIt()
    {
        OperatorUnderTest a = await _cluster.StartOperatorAsync("a");
        OperatorUnderTest b = await _cluster.StartOperatorAsync("b");
        await _cluster.CreateAsync("ServiceAccount", "kdd-system", """{"metadata":{"name":"kdd-gateway"}}""");
        string token = await _cluster.TokenAsync("kdd-gateway", "kdd-operator");
        string owner = ShardMap.OwnerOf("shop", ["a", "b"])!;
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"x"}}}""");
        await _cluster.StatusAsync("lv", state => state.Owner == owner);
        using HttpResponseMessage answer = await (owner == "a" ? b : a).GetStreamAsync("shop", "lv", token, Cancelled);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Equal(owner, Assert.Single(answer.Headers.GetValues("Kdd-Owner")));
    }

    [Fact]
    public async Task ReadyzTellsWhatIsReadyAndMetricsWhatWasDone()
    {
        OperatorUnderTest a = await _cluster.StartOperatorAsync("a");
        await ReadyAsync("lv", "shop");
        (HttpStatusCode code, string ready) = await a.GetAsync("/readyz", Cancelled);
        Assert.Equal((HttpStatusCode.OK, "[+]stopping ok\n[+]logviews ok\n[+]membership ok\nreadyz check passed\n"), (code, ready));
        string metrics = (await a.GetAsync("/metrics", Cancelled)).Text;
        Assert.All(["kdd_reconciles_total{", "kdd_members{", "kdd_sessions{", "kdd_informer_silence_seconds{"], name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await a.GetAsync("/internal/logviews/shop/lv/stream", Cancelled)).Code);
    }

    private async Task ReadyAsync(string name, string ns)
    {
        await _cluster.CreateLogViewAsync(name, """{"selector":{"matchLabels":{"app":"x"}}}""", ns);
        await _cluster.StatusAsync(name, state => state.Reason == ReadyReasons.NoPods, ns);
    }

    private static async Task<HttpStatusCode> CodeAsync(OperatorUnderTest replica, string ns, string name, string? token)
    {
        using HttpResponseMessage answer = await replica.GetStreamAsync(ns, name, token, Cancelled);
        return answer.StatusCode;
    }
}
