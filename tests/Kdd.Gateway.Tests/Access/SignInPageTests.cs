using System.Net;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Access;

public sealed class SignInPageTests : GatewayTest
{
    [Fact]
    public async Task The_form_signs_in_and_says_as_whom()
    {
        Api.Users[AliceToken] = "<script>alert(1)</script>";
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();
        Assert.Contains("<form method=\"post\" action=\"sign-in\"", await client.GetStringAsync("/sign-in", Cancelled), StringComparison.Ordinal);

        using HttpResponseMessage response = await client.PostAsync("/sign-in", Token($" {AliceToken}\r\n"), Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("kdd-session=", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        string page = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("You are <strong>&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain(AliceToken, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_token_is_not_shown_again_and_the_reason_is()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/sign-in", Token("wrong-token"), Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        string page = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("does not accept this token", page, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token", page, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task The_page_runs_no_script_and_may_send_its_form_to_the_gateway_only()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.GetAsync("/sign-in", Cancelled);

        Assert.Equal("default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("text/css", (await client.GetAsync("/sign-in.css", Cancelled)).Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "null")]
    public async Task Another_sites_form_signs_nobody_in(string header, string value)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();
        client.DefaultRequestHeaders.Add(header, value);

        using HttpResponseMessage response = await client.PostAsync("/sign-in", Token(AliceToken), Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Forbidden);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task In_mode_none_there_is_no_such_page()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.GetAsync("/sign-in", Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static FormUrlEncodedContent Token(string token) => new([KeyValuePair.Create("token", token)]);
}
