using System.Net;
using System.Net.Http.Json;
using Kdd.Gateway.Access;
using Kdd.Gateway.Http;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

/// <summary>Pages of other origins and rebound names, in mode none, where the browser needs no credentials at all.</summary>
public sealed class OriginTests : GatewayTest
{
    private const string Create = "/k8s/apis/kdd.dev/v1alpha1/namespaces/shop/logviews";

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    [InlineData("Origin: https://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Origin: http://127.0.0.1:1")]
    [InlineData("Origin: http://127.0.0.1.evil.example")]
    public async Task A_request_of_another_origins_page_gets_no_data_and_changes_nothing(string header)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();
        string[] parts = header.Split(": ");
        client.DefaultRequestHeaders.Add(parts[0], parts[1]);

        using HttpResponseMessage stream = await client.GetAsync(StreamPath, Cancelled);
        using HttpResponseMessage list = await client.GetAsync(Create, Cancelled);
        using HttpResponseMessage create = await client.PostAsync(Create, JsonContent.Create(new { }), Cancelled);

        await AssertStatusAsync(stream, HttpStatusCode.Forbidden);
        await AssertStatusAsync(list, HttpStatusCode.Forbidden);
        await AssertStatusAsync(create, HttpStatusCode.Forbidden);
        Assert.Empty(Operator.Requests);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task The_gateways_own_page_and_programs_without_a_page_are_served()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient page = gateway.CreateClient();
        page.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        page.DefaultRequestHeaders.Add("Origin", gateway.Address.GetLeftPart(UriPartial.Authority));
        using HttpClient curl = gateway.CreateClient();

        using HttpResponseMessage ofPage = await page.PostAsync(Create, JsonContent.Create(new { }), Cancelled);
        using HttpResponseMessage ofCurl = await curl.GetAsync(Create, Cancelled);

        Assert.Equal(HttpStatusCode.OK, ofPage.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ofCurl.StatusCode);
        Assert.DoesNotContain(ofPage.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_link_from_anywhere_opens_the_page()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Mode", "navigate");

        using HttpResponseMessage response = await client.GetAsync("/logviews/shop/checkout?q=timeout", Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    public async Task A_name_that_is_not_the_gateways_gets_nothing_not_even_the_page(string host)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();
        client.DefaultRequestHeaders.Host = host;

        foreach (string path in new[] { "/", StreamPath, Create, "/assets/x.js", "/favicon.svg" })
        {
            using HttpResponseMessage response = await client.GetAsync(path, Cancelled);
            await AssertStatusAsync(response, HttpStatusCode.MisdirectedRequest);
        }

        Assert.Empty(Operator.Requests);
    }

    [Theory]
    [InlineData("kdd.example", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("kdd-gateway.kdd-system", false)]
    [InlineData("evil.example", false)]
    public void In_a_cluster_with_an_external_address_that_and_port_forwarding_are_served(string host, bool served)
    {
        var check = new HostCheck(_ => Task.CompletedTask, new GatewayOptions
        {
            Listen = new IPEndPoint(IPAddress.Parse("10.0.0.7"), 8080),
            ManagementListen = new IPEndPoint(IPAddress.Parse("10.0.0.7"), 8081),
            ExternalUrl = new Uri("https://kdd.example"),
        });

        Assert.Equal(served, check.IsAllowed(host));
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("127.0.0.1:9")]
    [InlineData("[::1]:8080")]
    [InlineData("kdd.example")]
    public async Task Loopback_names_and_the_external_one_are_served(string host)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None, change: options => options with { ExternalUrl = new Uri("https://kdd.example") });
        using HttpClient client = gateway.CreateClient();
        client.DefaultRequestHeaders.Host = host;

        using HttpResponseMessage response = await client.GetAsync("/", Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
