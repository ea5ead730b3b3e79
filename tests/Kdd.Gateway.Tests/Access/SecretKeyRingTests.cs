using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.AspNetCore.Http;

namespace Kdd.Gateway.Tests.Access;

/// <summary>Two replicas and the Secret between them.</summary>
public sealed class SecretKeyRingTests : GatewayTest
{
    private readonly JsonObject _data = [];
    private readonly Lock _lock = new();
    private int _version = 1;
    private int _conflicts;

    [Fact]
    public async Task A_cookie_of_one_replica_is_good_at_the_other_and_after_a_restart()
    {
        Api.Other = SecretAsync;
        string cookie;
        await using (GatewayUnderTest first = await StartGatewayAsync(change: WithKeys))
        {
            cookie = await SignInAsync(first);
            await using GatewayUnderTest second = await StartGatewayAsync(change: WithKeys);
            Assert.Equal(HttpStatusCode.OK, await TryAsync(second, cookie));
        }

        await using GatewayUnderTest restarted = await StartGatewayAsync(change: WithKeys);
        Assert.Equal(HttpStatusCode.OK, await TryAsync(restarted, cookie));
        Assert.Single(_data);
    }

    [Fact]
    public async Task Replicas_that_start_together_agree_on_one_key()
    {
        Api.Other = SecretAsync;
        GatewayUnderTest[] replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartGatewayAsync(change: WithKeys)));

        string cookie = await SignInAsync(replicas[0]);
        foreach (GatewayUnderTest replica in replicas)
        {
            Assert.Equal(HttpStatusCode.OK, await TryAsync(replica, cookie));
            await replica.DisposeAsync();
        }

        Assert.Single(_data);
    }

    [Fact]
    public async Task A_replica_that_lost_the_race_takes_the_other_ones_key()
    {
        Api.Other = SecretAsync;
        await using GatewayUnderTest first = await StartGatewayAsync(change: WithKeys);
        string cookie = await SignInAsync(first);
        string key = (string)_data.Single().Value!;
        string name = _data.Single().Key;

        // The second reads an empty Secret; by the time that it writes, the first one's key is there.
        _data.Clear();
        bool read = false;
        Api.Other = async context =>
        {
            await SecretAsync(context);
            if (!read && HttpMethods.IsGet(context.Request.Method))
            {
                read = true;
                lock (_lock)
                {
                    _data[name] = key;
                    _version++;
                }
            }
        };
        await using GatewayUnderTest second = await StartGatewayAsync(change: WithKeys);

        Assert.Equal(HttpStatusCode.OK, await TryAsync(second, cookie));
        Assert.Equal(1, _conflicts);
        Assert.Single(_data);
    }

    [Fact]
    public async Task Without_the_Secret_the_gateway_is_not_ready_and_says_why()
    {
        Api.Other = context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason = "Forbidden", message = "secrets is forbidden", code = 403 });
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithKeys);
        using var client = new HttpClient { BaseAddress = gateway.Management };

        using HttpResponseMessage ready = await client.GetAsync("/readyz", Cancelled);

        Assert.Contains("[-]session-keys", await ready.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    private static GatewayOptions WithKeys(GatewayOptions options) => options with { KeyRingSecret = "kdd-gateway-keys" };

    private static async Task<string> SignInAsync(GatewayUnderTest gateway)
    {
        using HttpClient client = gateway.CreateClient();
        using HttpResponseMessage response = await client.PostAsync(
            "/api/session", new StringContent($"{{\"token\":\"{AliceToken}\"}}", Encoding.UTF8, "application/json"), Cancelled);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancelled));
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<HttpStatusCode> TryAsync(GatewayUnderTest gateway, string cookie)
    {
        using HttpClient client = gateway.CreateClient();
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        using HttpResponseMessage response = await client.GetAsync("/api/session", Cancelled);
        return response.StatusCode;
    }

    /// <summary>A Secret with optimistic concurrency, as the API server keeps it.</summary>
    private async Task SecretAsync(HttpContext context)
    {
        SeenRequest request = Api.Requests.Last(seen => seen.Target.EndsWith("/secrets/kdd-gateway-keys", StringComparison.Ordinal) && seen.Method == context.Request.Method);
        JsonObject answer;
        lock (_lock)
        {
            if (HttpMethods.IsPatch(context.Request.Method))
            {
                JsonNode patch = JsonNode.Parse(request.Body)!;
                if ((string?)patch["metadata"]!["resourceVersion"] != _version.ToString(System.Globalization.CultureInfo.InvariantCulture))
                {
                    _conflicts++;
                    context.Response.StatusCode = StatusCodes.Status409Conflict;
                }
                else
                {
                    _version++;
                    foreach ((string name, JsonNode? value) in (JsonObject)patch["data"]!)
                    {
                        _data[name] = value!.DeepClone();
                    }
                }
            }

            answer = context.Response.StatusCode == StatusCodes.Status409Conflict
                ? new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["reason"] = "Conflict", ["code"] = 409 }
                : new JsonObject
                {
                    ["kind"] = "Secret",
                    ["apiVersion"] = "v1",
                    ["metadata"] = new JsonObject { ["name"] = "kdd-gateway-keys", ["resourceVersion"] = _version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                    ["data"] = _data.Count == 0 ? null : _data.DeepClone(),
                };
        }

        await context.Response.WriteAsJsonAsync(answer);
    }
}
