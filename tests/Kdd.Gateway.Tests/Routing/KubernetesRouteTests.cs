using System.Net;
using System.Net.Http.Json;
using System.Text;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.AspNetCore.Http;

namespace Kdd.Gateway.Tests.Routing;

public sealed class KubernetesRouteTests : GatewayTest
{
    private const string LogViews = "/k8s/apis/kdd.dev/v1alpha1/namespaces/shop/logviews";

    [Fact]
    public async Task A_listed_request_reaches_the_API_server_with_the_callers_own_token()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(LogViews + "?limit=500&labelSelector=a%3Db", Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        SeenRequest seen = Assert.Single(Api.Requests);
        Assert.Equal("/apis/kdd.dev/v1alpha1/namespaces/shop/logviews?limit=500&labelSelector=a%3Db", seen.Target);
        Assert.Equal("Bearer " + AliceToken, seen["Authorization"]);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_forwarded()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.GetAsync(LogViews, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Unauthorized);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task In_mode_none_the_named_credentials_are_used_whatever_the_client_sends()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient(MalloryToken);

        using HttpResponseMessage response = await client.GetAsync(LogViews, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Bearer named-user-token", Assert.Single(Api.Requests)["Authorization"]);
    }

    [Fact]
    public async Task A_LogView_is_created_with_its_body_and_deleted()
    {
        Api.Other = context =>
        {
            context.Response.StatusCode = HttpMethods.IsPost(context.Request.Method) ? 201 : 200;
            return context.Response.WriteAsJsonAsync(new { kind = "LogView" });
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage created = await client.PostAsync(LogViews + "?fieldValidation=Strict", new StringContent("{\"kind\":\"LogView\"}", Encoding.UTF8, "application/json"), Cancelled);
        using HttpResponseMessage deleted = await client.DeleteAsync(LogViews + "/checkout", Cancelled);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(["POST {\"kind\":\"LogView\"} application/json; charset=utf-8", "DELETE  "], Api.Requests.Select(seen => $"{seen.Method} {seen.Body} {seen["Content-Type"]}"));
    }

    [Fact]
    public async Task A_watch_comes_through_as_it_is_written()
    {
        var next = new TaskCompletionSource();
        Api.Other = async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"type\":\"ADDED\"}\n");
            await context.Response.Body.FlushAsync();
            await next.Task;
            await context.Response.WriteAsync("{\"type\":\"DELETED\"}\n");
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(LogViews + "?watch=true", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));

        Assert.Equal("{\"type\":\"ADDED\"}", await reader.ReadLineAsync(Cancelled));
        next.SetResult();
        Assert.Equal("{\"type\":\"DELETED\"}", await reader.ReadLineAsync(Cancelled));
    }

    [Fact]
    public async Task The_API_servers_refusal_is_passed_on_without_its_cookies_and_other_headers()
    {
        Api.Other = context =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers.SetCookie = "a=b";
            context.Response.Headers["X-Kubernetes-Pf-Flowschema-Uid"] = "u";
            context.Response.Headers["Warning"] = "299 - \"old version\"";
            return context.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", code = 403 });
        };
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(LogViews, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Forbidden);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.False(response.Headers.Contains("X-Kubernetes-Pf-Flowschema-Uid"));
        Assert.Equal("299 - \"old version\"", response.Headers.GetValues("Warning").Single());
    }

    [Theory]
    [InlineData("GET", "/api/v1/namespaces", 200)]
    [InlineData("GET", "/api/v1/pods", 200)]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/web-0", 200)]
    [InlineData("GET", "/apis/apps/v1/namespaces/shop/deployments", 200)]
    [InlineData("GET", "/apis/batch/v1/namespaces/shop/cronjobs", 200)]
    [InlineData("GET", "/api/v1/namespaces/shop/secrets", 403)]
    [InlineData("GET", "/api/v1/namespaces/shop/configmaps/c", 403)]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/web-0/log", 403)]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/web-0/exec", 403)]
    [InlineData("GET", "/api/v1/namespaces/shop/services/http:web:80/proxy", 400)]
    [InlineData("GET", "/api/v1/watch/namespaces/shop/pods", 403)]
    [InlineData("GET", "/api/v1/nodes", 403)]
    [InlineData("GET", "/apis/kdd.dev/v1/namespaces/shop/logviews", 403)]
    [InlineData("GET", "/apis/kdd.dev/v1alpha1/namespaces/shop/logviews/checkout/status", 403)]
    [InlineData("GET", "/api", 403)]
    [InlineData("GET", "/", 400)]
    [InlineData("GET", "/metrics", 403)]
    [InlineData("GET", "/api/v1/pods?watch=1", 405)]
    [InlineData("GET", "/api/v1/pods?watch", 405)]
    [InlineData("GET", "/api/v1/pods?watch=0", 405)]
    [InlineData("GET", "/api/v1/namespaces/shop", 403)]
    [InlineData("POST", "/api/v1/namespaces/shop/pods", 405)]
    [InlineData("PATCH", "/apis/kdd.dev/v1alpha1/namespaces/shop/logviews/checkout", 405)]
    [InlineData("PUT", "/apis/kdd.dev/v1alpha1/namespaces/shop/logviews/checkout", 405)]
    [InlineData("DELETE", "/apis/kdd.dev/v1alpha1/namespaces/shop/logviews", 405)]
    [InlineData("DELETE", "/api/v1/namespaces/shop/pods/web-0", 405)]
    [InlineData("GET", "/api/v1/pods?impersonate=root", 400)]
    public async Task Only_listed_paths_and_verbs_are_forwarded(string method, string target, int code)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/k8s" + target);
        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = JsonContent.Create(new { });
        }

        using HttpResponseMessage response = await client.SendAsync(request, Cancelled);

        Assert.Equal(code, (int)response.StatusCode);
        Assert.Equal(code == 200 ? 1 : 0, Api.Requests.Count);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/yaml")]
    public async Task A_body_that_a_form_could_send_creates_nothing(string contentType)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.PostAsync(LogViews, new StringContent("{}", Encoding.UTF8, contentType), Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.UnsupportedMediaType);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task An_API_server_that_is_gone_is_503_with_a_Status()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();
        (await client.GetAsync(LogViews, Cancelled)).Dispose();

        await Api.DisposeAsync();

        using HttpResponseMessage response = await client.GetAsync(LogViews, Cancelled);
        await AssertStatusAsync(response, HttpStatusCode.ServiceUnavailable);
    }
}
