using System.Net;
using System.Net.Sockets;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

public sealed class ConnectionLimitTests : GatewayTest
{
    [Fact]
    public async Task Half_open_requests_past_the_limit_of_an_address_are_closed_and_room_is_made_when_they_go()
    {
        const int Limit = 8;
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => options with { MaxConnectionsPerAddress = Limit });
        var held = new List<TcpClient>();
        for (int i = 0; i < Limit + 1; i++)
        {
            held.Add(await RawHttp.HalfOpenAsync(gateway.Address, StreamPath));
        }

        // Which of them was counted last is up to the scheduler.
        Assert.True(await await Task.WhenAny(held.Select(IsClosedAsync)));

        held.ForEach(client => client.Dispose());
        using HttpClient client = gateway.CreateClient(AliceToken);
        HttpStatusCode code = default;
        while (code != HttpStatusCode.OK)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
                code = response.StatusCode;
            }
            catch (HttpRequestException)
            {
                // The gateway has not yet seen the others go.
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
            }
        }
    }

    [Fact]
    public async Task An_address_that_asks_without_pause_is_told_to_wait()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => options with { RequestsPerSecond = 1 });
        using HttpClient client = gateway.CreateClient(AliceToken);
        HttpResponseMessage last = await client.GetAsync("/api/session", Cancelled);
        for (int i = 0; i < 10 && last.StatusCode == HttpStatusCode.OK; i++)
        {
            last.Dispose();
            last = await client.GetAsync("/api/session", Cancelled);
        }

        await AssertStatusAsync(last, HttpStatusCode.TooManyRequests);
        Assert.NotNull(last.Headers.RetryAfter);
        last.Dispose();
    }

    private static async Task<bool> IsClosedAsync(TcpClient client)
    {
        try
        {
            return !client.Connected || await client.GetStream().ReadAsync(new byte[1], Cancelled) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
