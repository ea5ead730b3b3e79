using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Access;

/// <summary>Signing in with a token, and what becomes of the cookie.</summary>
public sealed class SessionTests : GatewayTest
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_token_becomes_a_cookie_that_scripts_cannot_read_and_other_sites_cannot_send()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await SignInAsync(client, AliceToken);

        string cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("kdd-session=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/; samesite=strict; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(AliceToken, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(AliceToken)).TrimEnd('='), cookie, StringComparison.Ordinal);
        Assert.Equal("alice", (string?)(await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(Cancelled), cancellationToken: Cancelled))!["user"]);
    }

    [Fact]
    public async Task Where_browsers_come_over_TLS_the_cookie_is_of_this_host_only_and_Secure()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => options with { ExternalUrl = new Uri("https://kdd.example"), PathBase = "/tools/kdd" });
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.PostAsJsonAsync("/tools/kdd/api/session", new { token = AliceToken }, Cancelled);

        string cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-kdd-session=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/; secure; samesite=strict; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_cookie_opens_streams_and_lends_its_token_to_the_API_server()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = await SignedInAsync(gateway, AliceToken);

        using HttpResponseMessage stream = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        using HttpResponseMessage list = await client.GetAsync("/k8s/api/v1/namespaces", Cancelled);
        string session = await client.GetStringAsync("/api/session", Cancelled);

        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        SeenRequest seen = Assert.Single(Api.Requests);
        Assert.Equal("Bearer " + AliceToken, seen["Authorization"]);
        Assert.Null(seen["Cookie"]);
        Assert.Null(Assert.Single(Operator.Requests)["Cookie"]);
        Assert.Equal("{\"user\":\"alice\",\"accessMode\":\"kubernetes\"}", session);
    }

    [Fact]
    public async Task A_cookie_of_a_token_that_ended_is_401_and_taken_back()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpClient client = await SignedInAsync(gateway, AliceToken);

        Api.Users.TryRemove(AliceToken, out _);
        _time.Advance(TokenReviewer.Lifetime);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, Cancelled);
        await AssertStatusAsync(response, HttpStatusCode.Unauthorized);
        Assert.Contains("expires=Thu, 01 Jan 1970", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_ends_with_its_token_even_if_the_cookie_is_kept()
    {
        string claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"exp\":{_time.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds()}}}"));
        string token = $"eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln";
        Api.Users[token] = "alice";
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpClient client = await SignedInAsync(gateway, token);

        _time.Advance(TimeSpan.FromMinutes(9));
        using HttpResponseMessage before = await client.GetAsync("/api/session", Cancelled);
        _time.Advance(TimeSpan.FromMinutes(2));
        using HttpResponseMessage after = await client.GetAsync("/api/session", Cancelled);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await AssertStatusAsync(after, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_outage_of_the_API_server_refuses_for_now_but_signs_nobody_out()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpClient client = await SignedInAsync(gateway, AliceToken);
        _time.Advance(TokenReviewer.Lifetime);

        Api.ReviewsFailWith = 500;
        using HttpResponseMessage refused = await client.GetAsync("/api/session", Cancelled);
        Api.ReviewsFailWith = null;
        using HttpResponseMessage back = await client.GetAsync("/api/session", Cancelled);

        await AssertStatusAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.False(refused.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_back()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = await SignedInAsync(gateway, AliceToken);

        using HttpResponseMessage response = await client.DeleteAsync("/api/session", Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Another_sites_page_can_sign_nobody_in_or_out(string header, string value)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = await SignedInAsync(gateway, AliceToken);
        client.DefaultRequestHeaders.Add(header, value);

        using HttpResponseMessage signOut = await client.DeleteAsync("/api/session", Cancelled);
        using HttpResponseMessage signIn = await client.PostAsJsonAsync("/api/session", new { token = MalloryToken }, Cancelled);

        await AssertStatusAsync(signOut, HttpStatusCode.Forbidden);
        await AssertStatusAsync(signIn, HttpStatusCode.Forbidden);
        Assert.False(signOut.Headers.Contains("Set-Cookie"));
        Assert.False(signIn.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task The_largest_token_fits_one_cookie_and_a_larger_one_is_refused_with_the_limit()
    {
        string largest = RandomToken(SessionCookie.MaxTokenBytes);
        Api.Users[largest] = "system:serviceaccount:a-namespace-with-a-rather-long-name-indeed:and-an-account-likewise";
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => options with { ExternalUrl = new Uri("https://kdd.example") });
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage fits = await SignInAsync(client, largest);
        using HttpResponseMessage refused = await client.PostAsJsonAsync("/api/session", new { token = RandomToken(SessionCookie.MaxTokenBytes + 1) }, Cancelled);

        Assert.InRange(fits.Headers.GetValues("Set-Cookie").Single().Length, 3000, 4096);
        Assert.Contains("2501 bytes, and at most 2500", (string?)(await AssertStatusAsync(refused, HttpStatusCode.BadRequest))["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"token\":\"\"}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"token\":7}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("not json", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("token=alice-secret-token", "application/x-www-form-urlencoded", HttpStatusCode.BadRequest)]
    [InlineData("{\"token\":\"alice-secret-token\"}", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("{\"token\":\"nobody-has-this\"}", "application/json", HttpStatusCode.Unauthorized)]
    public async Task What_is_no_good_token_in_JSON_signs_nobody_in(string body, string type, HttpStatusCode code)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/api/session", new StringContent(body, Encoding.UTF8, type), Cancelled);

        await AssertStatusAsync(response, code);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_forged_or_foreign_cookie_is_nobody()
    {
        await using GatewayUnderTest other = await StartGatewayAsync();
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient foreign = await SignedInAsync(other, AliceToken);
        string cookie = foreign.DefaultRequestHeaders.GetValues("Cookie").Single();
        using HttpClient client = gateway.CreateClient();

        foreach (string forged in new[] { cookie, "kdd-session=", "kdd-session=" + AliceToken, cookie[..^4] + "AAAA" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/session");
            request.Headers.Add("Cookie", forged);
            using HttpResponseMessage response = await client.SendAsync(request, Cancelled);
            await AssertStatusAsync(response, HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Who_brings_a_token_is_judged_by_it_and_not_by_the_cookie()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = await SignedInAsync(gateway, AliceToken);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "nonsense");

        using HttpResponseMessage response = await client.GetAsync("/api/session", Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task In_mode_none_the_session_names_the_user_that_everybody_is_and_there_is_nothing_to_sign_in_to()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();

        Assert.Equal("{\"user\":\"demo\",\"accessMode\":\"none\"}", await client.GetStringAsync("/api/session", Cancelled));
        using HttpResponseMessage response = await client.PostAsJsonAsync("/api/session", new { token = AliceToken }, Cancelled);
        await AssertStatusAsync(response, HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_guesser_is_slowed_down()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();
        var codes = new List<HttpStatusCode>();
        for (int i = 0; i < 21; i++)
        {
            using HttpResponseMessage response = await client.PostAsJsonAsync("/api/session", new { token = $"guess-{i}" }, Cancelled);
            codes.Add(response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, codes[^1]);
        Assert.All(codes[..^1], code => Assert.Equal(HttpStatusCode.Unauthorized, code));
    }

    [Fact]
    public async Task The_token_is_in_no_log_record_whatever_happens_to_it()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(_time);
        using HttpClient client = await SignedInAsync(gateway, AliceToken);
        using HttpClient guesser = gateway.CreateClient();
        (await guesser.PostAsJsonAsync("/api/session", new { token = "canary-guess" }, Cancelled)).Dispose();
        (await guesser.GetAsync("/api/logviews/shop/checkout/stream?token=canary-query&access_token=canary-query", Cancelled)).Dispose();
        (await client.GetAsync(StreamPath + "?access_token=canary-query", HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();
        Api.ReviewsFailWith = 500;
        _time.Advance(TokenReviewer.Lifetime);
        (await client.GetAsync(StreamPath, Cancelled)).Dispose();

        string log = string.Join('\n', gateway.Log.All);
        Assert.Contains("Signed in: alice", log, StringComparison.Ordinal);
        Assert.Contains("Sign-in refused", log, StringComparison.Ordinal);
        Assert.DoesNotContain(AliceToken, log, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", log, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client, string token)
    {
        HttpResponseMessage response = await client.PostAsJsonAsync("/api/session", new { token }, Cancelled);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancelled));
        return response;
    }

    private static async Task<HttpClient> SignedInAsync(GatewayUnderTest gateway, string token)
    {
        HttpClient client = gateway.CreateClient();
        using HttpResponseMessage response = await SignInAsync(client, token);
        client.DefaultRequestHeaders.Add("Cookie", response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    /// <summary>As little compressible as a real one.</summary>
    private static string RandomToken(int bytes) => System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", bytes);
}
