using System.Net;
using System.Text.Json.Nodes;
using Kdd.Gateway.Access;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>A test with a scripted API server and one scripted operator, whose users are alice (all rights) and mallory (none).</summary>
public abstract class GatewayTest : IAsyncLifetime
{
    protected const string AliceToken = "alice-secret-token";
    protected const string MalloryToken = "mallory-secret-token";
    protected const string StreamPath = "/api/logviews/shop/checkout/stream";

    protected ScriptedApiServer Api { get; private set; } = null!;

    protected ScriptedOperator Operator { get; private set; } = null!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await ScriptedApiServer.StartAsync();
        Api.Users[AliceToken] = "alice";
        Api.Users[MalloryToken] = "mallory";
        Api.Users["named-user-token"] = "demo";
        Api.Allows = (user, _) => user is "alice" or "demo";
        Operator = await ScriptedOperator.StartAsync("kdd-operator-a");
        Operator.Register(Api);
    }

    public async ValueTask DisposeAsync()
    {
        await Operator.DisposeAsync();
        await Api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected Task<GatewayUnderTest> StartGatewayAsync(
        FakeTimeProvider? time = null, AccessMode mode = AccessMode.Kubernetes, Func<GatewayOptions, GatewayOptions>? change = null)
        => GatewayUnderTest.StartAsync(Api, time, mode, change);

    protected static async Task<JsonNode> AssertStatusAsync(HttpResponseMessage response, HttpStatusCode code)
    {
        string body = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == code, $"{response.StatusCode}: {body}");
        JsonNode status = JsonNode.Parse(body)!;
        Assert.Equal("Status", (string?)status["kind"]);
        Assert.Equal("v1", (string?)status["apiVersion"]);
        Assert.Equal("Failure", (string?)status["status"]);
        Assert.Equal((int)code, (int?)status["code"]);
        return status;
    }
}
