using System.Net;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

/// <summary>Forged identity and forwarding headers, in the spellings that servers take for one another.</summary>
public sealed class HeaderAttackTests : GatewayTest
{
    private static readonly string[] Forged =
    [
        "Impersonate-User: system:admin", "impersonate-user: system:admin", "Impersonate_User: system:admin", "Impersonate-Group: system:masters",
        "Impersonate-Extra-Scopes: all", "Impersonate-Uid: 0", "X-Remote-User: root", "X_Remote_User: root", "X-Remote-Group: system:masters",
        "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: evil.example", "X_Forwarded_Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-User: root",
        "X-Forwarded-Access-Token: t", "Forwarded: for=127.0.0.1;host=evil.example", "X-Original-URL: /api/v1/secrets", "X-Rewrite-URL: /api/v1/secrets",
        "X-HTTP-Method-Override: DELETE", "Kdd-Viewer: root", "kdd_viewer: root", "Kdd-Owner: me", "Proxy-Authorization: Basic eDp5", "TE: trailers",
        "Keep-Alive: timeout=9", "Connection: Authorization, Last-Event-ID", "Upgrade: websocket", "Cookie: session=1", "X-Stream-Protocol-Version: v4.channel.k8s.io",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.dG9rZW4", "Expect: 100-continue", "Via: 1.1 evil",
    ];

    private static readonly string[] Passed = ["accept", "last-event-id", "authorization", "kdd-viewer", "user-agent", "host", ":authority", "traceparent", "tracestate"];

    [Fact]
    public async Task None_of_them_reaches_the_operator()
    {
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, 404, "none");
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        foreach (string header in Forged)
        {
            await RawHttp.GetAsync(gateway.Address, StreamPath, AliceToken, header);
        }

        Assert.Equal(Forged.Length, Operator.Requests.Count);
        Assert.All(Operator.Requests, seen =>
        {
            Assert.Equal("alice", seen["Kdd-Viewer"]);
            Assert.Equal("Bearer token-for-operator", seen["Authorization"]);
            Assert.Empty(seen.Headers.Keys.Select(name => name.ToLowerInvariant()).Except(Passed));
        });
    }

    [Fact]
    public async Task None_of_them_reaches_the_API_server()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        foreach (string header in Forged)
        {
            await RawHttp.GetAsync(gateway.Address, "/k8s/api/v1/namespaces", AliceToken, header);
        }

        Assert.Equal(Forged.Length, Api.Requests.Count);
        Assert.All(Api.Requests, seen =>
        {
            Assert.Equal("GET", seen.Method);
            Assert.Equal("Bearer " + AliceToken, seen["Authorization"]);
            Assert.Empty(seen.Headers.Keys.Select(name => name.ToLowerInvariant()).Except(Passed));
        });
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /k8s/api/v1/namespaces/x/secrets HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 5\r\n\r\naaaaa")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1;\n\r\na\r\n0\r\n\r\n")]
    [InlineData("Content-Length: +4\r\n\r\naaaa")]
    [InlineData("X: a\rTransfer-Encoding: chunked\r\n\r\n")]
    public async Task A_request_whose_end_two_servers_could_see_in_different_places_is_not_forwarded_twice(string tail)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        string answer = await RawHttp.SendAsync(gateway.Address,
            $"POST /k8s/api/v1/namespaces HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Bearer {AliceToken}\r\n{tail}");

        Assert.InRange(RawHttp.StatusOf(answer), 400, 499);
        Assert.Empty(Api.Requests);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public async Task Headers_past_the_limit_are_refused()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        string answer = await RawHttp.GetAsync(gateway.Address, StreamPath, AliceToken, "X-Pad: " + new string('a', 20_000));

        Assert.Equal((int)HttpStatusCode.RequestHeaderFieldsTooLarge, RawHttp.StatusOf(answer));
    }
}
