using System.Net;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

public sealed class ManagementTests : GatewayTest
{
    [Fact]
    public async Task The_gateway_lives_before_it_is_ready_and_says_what_is_missing()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => options with { OperatorToken = "/nowhere/token" });
        using var client = new HttpClient { BaseAddress = gateway.Management };

        Assert.Equal("ok\n", await client.GetStringAsync("/livez", Cancelled));
        using HttpResponseMessage ready = await client.GetAsync("/readyz", Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("[-]operator-token /nowhere/token is missing", await ready.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_served_for_Prometheus_and_tell_nothing_of_users()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient alice = gateway.CreateClient(AliceToken);
        (await alice.GetAsync(StreamPath + "?q=canary", HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();
        using var client = new HttpClient { BaseAddress = gateway.Management };

        string metrics = await client.GetStringAsync("/metrics", Cancelled);

        Assert.Contains("kestrel_active_connections", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData(StreamPath)]
    [InlineData("/k8s/api/v1/namespaces")]
    public async Task The_management_port_serves_nothing_else(string path)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using var client = new HttpClient { BaseAddress = gateway.Management };
        client.DefaultRequestHeaders.Authorization = new("Bearer", AliceToken);

        using HttpResponseMessage response = await client.GetAsync(path, Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("here are /livez, /readyz and /metrics\n", await response.Content.ReadAsStringAsync(Cancelled));
    }
}
