using CsCheck;
using Kdd.Gateway.Http;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Http;

/// <summary>Paths that mean one thing to a check and another to whoever decodes them once more.</summary>
public sealed class PathAttackTests : GatewayTest
{
    [Theory]
    [InlineData("/k8s/../api/logviews/kube-system/x/stream")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/../secrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/%2e%2e/secrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/%2e%2e%2fsecrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/..%2fsecrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/%252e%252e%252fsecrets")]
    [InlineData("/k8s/api/v1/namespaces/shop%2fsecrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods%00")]
    [InlineData("/k8s/api/v1/namespaces/shop//pods")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/")]
    [InlineData("/k8s//api/v1/namespaces/shop/secrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods;a=b")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods\\..\\secrets")]
    [InlineData("/k8s/api/v1/namespaces/shop/pods/%5c..%5csecrets")]
    [InlineData("/%6b8s/api/v1/namespaces/shop/secrets")]
    [InlineData("/api/logviews/kube-system/x/stream/../../../../k8s/api/v1/secrets")]
    [InlineData("/api/logviews/shop/..%2f..%2fkube-system%2fx/stream")]
    [InlineData("/api/logviews/shop/%2e%2e/stream")]
    [InlineData("/api/logviews/shop/../stream")]
    [InlineData("/api/logviews/shop/a%3fcursor=1/stream")]
    [InlineData("/api/logviews/shop/a%23/stream")]
    [InlineData("/api/logviews/shop/a%0d%0aKdd-Viewer:%20root/stream")]
    [InlineData("/API/logviews/shop/checkout%2f../stream")]
    [InlineData("/api/logviews/shop/\u00e9/stream")]
    public async Task It_is_refused_and_reaches_nobody(string target)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        string answer = await RawHttp.GetAsync(gateway.Address, target, AliceToken);

        Assert.InRange(RawHttp.StatusOf(answer), 400, 499);
        Assert.Empty(Operator.Requests);
        Assert.Empty(Api.Requests);
        Assert.Empty(Api.AccessReviews);
    }

    [Fact]
    public async Task A_target_with_another_host_in_it_is_refused()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        string answer = await RawHttp.GetAsync(gateway.Address, $"http://{gateway.Address.Authority}{StreamPath}", AliceToken);

        Assert.InRange(RawHttp.StatusOf(answer), 400, 499);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public void A_plain_path_is_its_own_only_spelling()
        => Gen.String[Gen.Char["/.%~aA0-_;\\é\0?# "], 0, 12].Sample(text =>
        {
            string path = "/" + text;
            if (RequestTarget.IsPlain(path))
            {
                Assert.Equal(path, new Uri("http://host" + path).AbsolutePath);
                Assert.Equal(path, Uri.UnescapeDataString(path));
                Assert.DoesNotContain("//", path, StringComparison.Ordinal);
            }
        }, iter: 20_000);

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("/logviews//evil.example")]
    [InlineData("/logviews/a/b/..//evil.example")]
    [InlineData("/https://evil.example")]
    public async Task Nothing_is_ever_redirected(string target)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();

        string answer = await RawHttp.GetAsync(gateway.Address, target, AliceToken);

        Assert.NotInRange(RawHttp.StatusOf(answer), 300, 399);
        Assert.DoesNotContain("\r\nLocation:", answer, StringComparison.OrdinalIgnoreCase);
    }
}
