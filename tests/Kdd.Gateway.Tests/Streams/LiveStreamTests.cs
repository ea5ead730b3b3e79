using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kdd.Gateway.Streams;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Streams;

public sealed class LiveStreamTests : GatewayTest
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_viewer_whose_rights_end_gets_a_403_event_and_the_close_within_a_minute()
    {
        var allowed = new ConcurrentDictionary<string, bool> { ["alice"] = true };
        Api.Allows = (user, _) => allowed.ContainsKey(user);
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpResponseMessage response = await OpenAsync(gateway);
        long revokedAt = _time.GetTimestamp();

        allowed.Clear();
        string rest = await _time.PassUntilAsync(response.Content.ReadAsStringAsync(Cancelled), TimeSpan.FromSeconds(1));

        Assert.StartsWith(": open\n\nevent: error\ndata: {\"code\":403,\"reason\":\"Forbidden\",\"message\":", rest, StringComparison.Ordinal);
        Assert.EndsWith("\n\n", rest, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(revokedAt), TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_viewer_whose_token_is_no_longer_good_gets_a_401_event_and_the_close()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpResponseMessage response = await OpenAsync(gateway);

        Api.Users.TryRemove(AliceToken, out _);
        string rest = await _time.PassUntilAsync(response.Content.ReadAsStringAsync(Cancelled), TimeSpan.FromSeconds(1));

        Assert.Contains("event: error\ndata: {\"code\":401,\"reason\":\"Unauthorized\"", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_who_keeps_the_rights_keeps_the_stream()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpResponseMessage response = await OpenAsync(gateway);
        Task<string> rest = response.Content.ReadAsStringAsync(Cancelled);

        while (Api.AccessReviews.Count < 10)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(rest, Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancelled));
        }

        Assert.False(rest.IsCompleted);
        Assert.Equal(1, ((LiveStreams)gateway.Services.GetService(typeof(LiveStreams))!).Count);
    }

    [Fact]
    public async Task An_outage_of_the_API_server_leaves_streams_alone_but_not_for_ever()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpResponseMessage response = await OpenAsync(gateway);
        long failsSince = _time.GetTimestamp();

        Api.ReviewsFailWith = 500;
        string rest = await _time.PassUntilAsync(response.Content.ReadAsStringAsync(Cancelled), TimeSpan.FromSeconds(1));

        Assert.Contains("\"code\":503", rest, StringComparison.Ordinal);
        Assert.InRange(_time.GetElapsedTime(failsSince), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(70));
    }

    [Fact]
    public async Task A_viewer_that_reads_nothing_is_cut_off_after_a_minute_and_the_operator_is_let_go()
    {
        var gone = new TaskCompletionSource<bool>();
        var full = new TaskCompletionSource();
        byte[] line = new byte[64 * 1024];
        Operator.Answer = async context =>
        {
            using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult(true));
            context.Response.ContentType = "text/event-stream";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                Task writing = context.Response.Body.WriteAsync(line, context.RequestAborted).AsTask();
                if (await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancelled)) != writing)
                {
                    full.TrySetResult();
                }

                await Task.WhenAny(writing, gone.Task);
            }
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using var viewer = new TcpClient { ReceiveBufferSize = 4096 };
        await viewer.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Cancelled);
        await viewer.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {StreamPath} HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\nAuthorization: Bearer {AliceToken}\r\n\r\n"), Cancelled);
        await full.Task;
        long stalledSince = _time.GetTimestamp();

        await _time.PassUntilAsync(gone.Task, TimeSpan.FromSeconds(1));

        Assert.InRange(_time.GetElapsedTime(stalledSince), TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(150));
        var streams = (LiveStreams)gateway.Services.GetService(typeof(LiveStreams))!;
        while (streams.Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancelled);
        }

        Assert.Contains(gateway.Log.All, record => record.Contains("Stream closed: alice", StringComparison.Ordinal) && record.Contains("Stalled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gateway_that_stops_asks_its_viewers_to_come_again_and_is_gone_at_once()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpResponseMessage response = await OpenAsync(gateway);
        Task<string> rest = response.Content.ReadAsStringAsync(Cancelled);

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);

        Assert.Matches("^: open\n\nevent: reconnect\ndata: \\{\"afterMs\":[0-9]{3,4}\\}\n\n$", await rest);
    }

    [Fact]
    public async Task Who_read_what_and_how_long_is_in_the_audit_log_without_the_token()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using (HttpClient client = gateway.CreateClient(AliceToken))
        {
            (await client.GetAsync(StreamPath + "?q=canary-search", HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();
            var streams = (LiveStreams)gateway.Services.GetService(typeof(LiveStreams))!;
            while (streams.Count > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancelled);
            }
        }

        Assert.Contains(gateway.Log.All, record => record.StartsWith("Information Kdd.Gateway.Audit: Stream opened: alice reads shop/checkout as text/event-stream", StringComparison.Ordinal));
        Assert.Contains(gateway.Log.All, record => record.StartsWith("Information Kdd.Gateway.Audit: Stream closed: alice read shop/checkout for", StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.All, record => record.Contains(AliceToken, StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.All, record => record.Contains("token-for-operator", StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> OpenAsync(GatewayUnderTest gateway)
    {
        Operator.Answer = context => ScriptedOperator.StreamAsync(context, ": open\n\n");
        HttpClient client = gateway.CreateClient(AliceToken);
        HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}
