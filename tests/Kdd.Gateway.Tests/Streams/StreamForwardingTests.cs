using System.Net;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.AspNetCore.Http;

namespace Kdd.Gateway.Tests.Streams;

public sealed class StreamForwardingTests : GatewayTest
{
    [Fact]
    public async Task The_events_of_the_owner_reach_the_viewer_as_they_are_written()
    {
        var next = new TaskCompletionSource();
        Operator.Answer = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await context.Response.WriteAsync("event: log\ndata: {\"message\":\"one\"}\n\n");
            await context.Response.Body.FlushAsync();
            await next.Task;
            await context.Response.WriteAsync("event: log\ndata: {\"message\":\"two\"}\n\n");
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal("event: log", await reader.ReadLineAsync(Cancelled));
        Assert.Equal("data: {\"message\":\"one\"}", await reader.ReadLineAsync(Cancelled));
        next.SetResult();
        Assert.Equal("\nevent: log\ndata: {\"message\":\"two\"}\n\n", await reader.ReadToEndAsync(Cancelled));
    }

    [Fact]
    public async Task A_quiet_stream_is_connected_before_its_first_event()
    {
        Operator.Answer = context => ScriptedOperator.StreamAsync(context, "");
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_operator_gets_the_query_as_written_the_position_and_the_gateways_own_token()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, StreamPath + "?q=a%2Bb%20c&pod=web-*&pod=db-0");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "1.2.3.4.5.6.7");
        request.Headers.Accept.ParseAdd("application/x-ndjson");

        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        SeenRequest seen = Assert.Single(Operator.Requests);
        Assert.Equal("/internal/logviews/shop/checkout/stream?q=a%2Bb%20c&pod=web-*&pod=db-0", seen.Target);
        Assert.Equal("1.2.3.4.5.6.7", seen["Last-Event-ID"]);
        Assert.Equal("application/x-ndjson", seen["Accept"]);
        Assert.Equal("Bearer token-for-operator", seen["Authorization"]);
        Assert.Equal("alice", seen["Kdd-Viewer"]);
    }

    [Fact]
    public async Task A_user_name_of_any_characters_is_percent_encoded_for_the_operator()
    {
        Api.Users[AliceToken] = "oidc:ålice\r\nKdd-Viewer: root";
        Api.Allows = (_, _) => true;
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal("oidc%3A%C3%A5lice%0D%0AKdd-Viewer%3A%20root", Assert.Single(Operator.Requests)["Kdd-Viewer"]);
    }

    [Theory]
    [InlineData(404, "logviews.kdd.dev \"checkout\" not found")]
    [InlineData(400, "nonsense is not a parameter of the stream")]
    public async Task What_the_operator_refuses_is_passed_on(int code, string message)
    {
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, code, message);
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath + "?nonsense=1", Cancelled);

        Assert.Equal(message, (string?)(await AssertStatusAsync(response, (HttpStatusCode)code))["message"]);
        Assert.Single(Operator.Requests);
    }

    [Fact]
    public async Task The_end_of_a_session_stays_204_which_stops_EventSource()
    {
        Operator.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_viewer_that_leaves_ends_the_stream_at_the_operator()
    {
        var gone = new TaskCompletionSource();
        Operator.Answer = async context =>
        {
            await ScriptedOperator.StreamAsync(context, ": hello\n\n");
            gone.SetResult();
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        response.Dispose();

        await gone.Task.WaitAsync(Cancelled);
    }
}
