using System.Net;
using System.Text.Json.Nodes;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Cluster;

/// <summary>Who reads what, decided by DevCluster's RBAC.</summary>
public sealed class ReadersTests(InstalledManifests installed) : IClassFixture<InstalledManifests>, IAsyncLifetime
{
    private const string GetLogViews = "get kdd.dev/logviews";
    private const string ListLogViews = "list kdd.dev/logviews";
    private const string GetLogs = "get /pods/log";

    private readonly FakeTimeProvider _time = new();
    private ScriptedOperator _operator = null!;
    private GatewayUnderTest _gateway = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (string user in InstalledManifests.Users)
        {
            installed.Revoke(user, "shop");
            installed.Revoke(user, "bank");
        }

        _operator = await ScriptedOperator.StartAsync("kdd-operator-a");
        installed.Register(_operator);
        _gateway = await installed.StartGatewayAsync(_time);
        await _gateway.RoutesToMembersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _operator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Everybody_reads_what_RBAC_lets_them_read_and_nothing_else()
    {
        installed.GrantAnew("alice", "shop", GetLogViews, GetLogs);
        installed.GrantAnew("bob", "bank", GetLogViews, GetLogs);
        installed.GrantAnew("carol", "shop", GetLogViews);
        installed.GrantAnew("dave", "shop", GetLogs);

        var read = new List<string>();
        foreach (string user in InstalledManifests.Users)
        {
            foreach (string @namespace in new[] { "shop", "bank", "kube-system" })
            {
                using HttpResponseMessage response = await OpenAsync(InstalledManifests.TokenOf(user), @namespace);
                Assert.Contains(response.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Forbidden });
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    read.Add($"{user} reads {@namespace}");
                }
            }
        }

        Assert.Equal(["alice reads shop", "bob reads bank"], read);
    }

    [Fact]
    public async Task A_binding_that_is_deleted_cuts_its_reader_off_within_a_minute()
    {
        installed.GrantAnew("alice", "shop", GetLogViews, GetLogs);
        using HttpResponseMessage response = await OpenAsync("alice-token", "shop");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        long revokedAt = _time.GetTimestamp();

        installed.Revoke("alice", "shop");
        string rest = await _time.PassUntilAsync(response.Content.ReadAsStringAsync(Cancelled), TimeSpan.FromSeconds(1));

        Assert.Contains("event: error\ndata: {\"code\":403", rest, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(revokedAt), TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_gateway_lends_its_own_rights_to_nobody()
    {
        installed.GrantAnew("alice", "shop", ListLogViews);
        using HttpClient alice = _gateway.CreateClient("alice-token");

        using HttpResponseMessage own = await alice.GetAsync("/k8s/apis/kdd.dev/v1alpha1/namespaces/shop/logviews", Cancelled);
        using HttpResponseMessage other = await alice.GetAsync("/k8s/apis/kdd.dev/v1alpha1/namespaces/bank/logviews", Cancelled);
        JsonNode refusal = JsonNode.Parse(await other.Content.ReadAsStringAsync(Cancelled))!;

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.Contains("User \"alice\" cannot list resource", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_accounts_token_signs_in_and_one_made_for_another_audience_does_not()
    {
        string good = await installed.CreateTokenAsync("kdd-system", "kdd-operator", audience: null);
        string forOperator = await installed.CreateTokenAsync("kdd-system", "kdd-gateway", audience: "kdd-operator");

        using HttpResponseMessage accepted = await _gateway.CreateClient(good).GetAsync("/api/session", Cancelled);
        using HttpResponseMessage refused = await _gateway.CreateClient(forOperator).GetAsync("/api/session", Cancelled);

        Assert.Contains("system:serviceaccount:kdd-system:kdd-operator", await accepted.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task<HttpResponseMessage> OpenAsync(string token, string @namespace)
    {
        HttpClient client = _gateway.CreateClient(token);
        return await client.GetAsync($"/api/logviews/{@namespace}/checkout/stream", HttpCompletionOption.ResponseHeadersRead, Cancelled);
    }
}
