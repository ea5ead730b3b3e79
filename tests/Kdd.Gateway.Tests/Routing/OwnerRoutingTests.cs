using System.Net;
using Kdd.Api.Sharding;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Routing;

public sealed class OwnerRoutingTests : GatewayTest
{
    [Fact]
    public async Task Every_namespace_goes_to_the_replica_that_the_shard_map_names()
    {
        await using ScriptedOperator second = await ScriptedOperator.StartAsync("kdd-operator-b");
        second.Register(Api);
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        for (int i = 0; i < 12; i++)
        {
            using HttpResponseMessage response = await client.GetAsync($"/api/logviews/team-{i}/web/stream", HttpCompletionOption.ResponseHeadersRead, Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        string[] members = [Operator.Member, second.Member];
        IEnumerable<string> Expected(string member) => Enumerable.Range(0, 12).Select(i => $"team-{i}").Where(ns => ShardMap.OwnerOf(ns, members) == member)
            .Select(ns => $"/internal/logviews/{ns}/web/stream");
        Assert.NotEmpty(second.Requests);
        Assert.Equal(Expected(Operator.Member), Operator.Requests.Select(request => request.Target));
        Assert.Equal(Expected(second.Member), second.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_replica_that_names_another_owner_is_believed()
    {
        string[] members = ["kdd-operator-a", "kdd-operator-b"];
        string @namespace = Enumerable.Range(0, 100).Select(i => $"team-{i}").First(ns => ShardMap.OwnerOf(ns, members) == "kdd-operator-a");
        await using ScriptedOperator second = await ScriptedOperator.StartAsync("kdd-operator-b");
        second.Register(Api);
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, 421, "not mine", owner: "kdd-operator-b");
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync($"/api/logviews/{@namespace}/web/stream", HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(second.Requests);
        Assert.False(response.Headers.Contains("Kdd-Owner"));
    }

    [Fact]
    public async Task A_replica_that_is_starting_is_asked_again_until_it_serves()
    {
        int asked = 0;
        Operator.Answer = context => ++asked < 3 ? ScriptedOperator.StatusAsync(context, 503, "caches sync") : ScriptedOperator.StreamAsync(context, ": here\n\n");
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_replica_that_stays_unready_is_quoted_after_five_seconds()
    {
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, 503, "alice has 20 viewers already");
        var time = new FakeTimeProvider();
        await using GatewayUnderTest gateway = await StartGatewayAsync(time);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await time.PassUntilAsync(client.GetAsync(StreamPath, Cancelled), TimeSpan.FromMilliseconds(100));

        Assert.Equal("alice has 20 viewers already", (string?)(await AssertStatusAsync(response, HttpStatusCode.ServiceUnavailable))["message"]);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.InRange(Operator.Requests.Count, 4, 12);
    }

    [Fact]
    public async Task A_dead_owner_is_replaced_by_the_next_while_the_viewer_waits()
    {
        Api.DeleteLease(Operator.Member);
        Api.SetLease("kdd-operator-dead", "127.0.0.1:1", "0123456789abcdef", new string('0', 64));
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        Task<HttpResponseMessage> waiting = client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Operator.Register(Api);
        Api.DeleteLease("kdd-operator-dead");

        using HttpResponseMessage response = await waiting;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Without_any_replica_the_viewer_is_told_to_come_again()
    {
        Api.DeleteLease(Operator.Member);
        var time = new FakeTimeProvider();
        await using GatewayUnderTest gateway = await StartGatewayAsync(time);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await time.PassUntilAsync(client.GetAsync(StreamPath, Cancelled), TimeSpan.FromMilliseconds(100));

        var status = await AssertStatusAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal((TimeSpan.FromSeconds(1), 1), (response.Headers.RetryAfter!.Delta, (int?)status["details"]!["retryAfterSeconds"]));
    }

    [Fact]
    public async Task Replicas_are_still_found_when_the_API_server_is_gone_and_every_Lease_grew_old()
    {
        var time = new FakeTimeProvider();
        await using GatewayUnderTest gateway = await StartGatewayAsync(time);
        using HttpClient client = gateway.CreateClient(AliceToken);
        (await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();

        time.Advance(MemberLease.Duration + TimeSpan.FromSeconds(1));

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_server_with_another_key_than_the_Lease_names_gets_nothing()
    {
        Api.SetLease(Operator.Member, Operator.Address, Operator.Epoch, new string('a', 64));
        var time = new FakeTimeProvider();
        await using GatewayUnderTest gateway = await StartGatewayAsync(time);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await time.PassUntilAsync(client.GetAsync(StreamPath, Cancelled), TimeSpan.FromMilliseconds(100));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public async Task A_replica_that_restarts_with_a_new_key_is_known_by_its_renewed_Lease()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);
        (await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();
        await using ScriptedOperator restarted = await ScriptedOperator.StartAsync(Operator.Member);
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, StatusCodes.Status503ServiceUnavailable, "stopping");

        restarted.Register(Api);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(restarted.Requests);
    }

    [Theory]
    [InlineData("10.0.0.1", "0123456789abcdef", 64)]
    [InlineData("10.0.0.1:8443", "0123", 64)]
    [InlineData("10.0.0.1:8443", "0123456789abcdef", 63)]
    [InlineData("evil.example:8443", "0123456789abcdef", 64)]
    public async Task A_Lease_that_names_no_reachable_replica_is_left_out_and_reported(string address, string epoch, int spkiLength)
    {
        Api.SetLease("kdd-operator-odd", address, epoch, new string('0', spkiLength));
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        for (int i = 0; i < 8; i++)
        {
            using HttpResponseMessage response = await client.GetAsync($"/api/logviews/team-{i}/web/stream", HttpCompletionOption.ResponseHeadersRead, Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Contains(gateway.Log.All, record => record.Contains("member Lease of kdd-operator-odd is left out", StringComparison.Ordinal));
    }
}
