using System.Net;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

public sealed class ViewerFilesTests : GatewayTest
{
    [Fact]
    public async Task Without_a_built_viewer_the_page_says_how_to_build_it()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();

        string page = await client.GetStringAsync("/", Cancelled);

        Assert.Contains("npm run build", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/tools/kdd")]
    public async Task The_page_is_served_at_its_routes_without_sign_in_and_under_a_prefix(string prefix)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: options => WithViewer(options) with { PathBase = prefix });
        using HttpClient client = gateway.CreateClient();

        Assert.Equal("home", await client.GetStringAsync(prefix + "/", Cancelled));
        Assert.Equal("view", await client.GetStringAsync(prefix + "/logviews/shop/checkout?q=a&line=1.2", Cancelled));
        Assert.Equal("code", await client.GetStringAsync(prefix + "/assets/main-1a2b.js", Cancelled));
    }

    [Fact]
    public async Task Hashed_files_are_kept_by_the_browser_and_documents_are_asked_for_again()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithViewer);
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage document = await client.GetAsync("/", Cancelled);
        using HttpResponseMessage asset = await client.GetAsync("/assets/main-1a2b.js", Cancelled);

        Assert.True(document.Headers.CacheControl!.NoCache);
        Assert.Equal(TimeSpan.FromDays(365), asset.Headers.CacheControl!.MaxAge);
        Assert.Equal("text/javascript", asset.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/../../operator-token")]
    [InlineData("/assets/%2e%2e/%2e%2e/operator-token")]
    [InlineData("/api/nothing")]
    [InlineData("/livez")]
    [InlineData("/metrics")]
    public async Task Other_paths_are_404_with_a_Status(string path)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithViewer);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(path, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/assets/main-1a2b.js")]
    [InlineData("/nothing")]
    [InlineData(StreamPath)]
    public async Task Every_answer_carries_the_headers_that_keep_other_pages_out(string path)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithViewer);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    private static GatewayOptions WithViewer(GatewayOptions options)
    {
        Directory.CreateDirectory(Path.Join(options.WebRoot, "assets"));
        Directory.CreateDirectory(Path.Join(options.WebRoot, "logviews/_"));
        File.WriteAllText(Path.Join(options.WebRoot, "index.html"), "home");
        File.WriteAllText(Path.Join(options.WebRoot, "logviews/_/view.html"), "view");
        File.WriteAllText(Path.Join(options.WebRoot, "assets/main-1a2b.js"), "code");
        return options;
    }
}
