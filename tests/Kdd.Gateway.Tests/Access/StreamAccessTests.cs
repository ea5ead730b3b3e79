using System.Net;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Access;

public sealed class StreamAccessTests : GatewayTest
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task Without_a_good_token_there_is_401_and_the_operator_is_not_asked(string? token)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient();
        if (token is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        using HttpResponseMessage response = await client.GetAsync(StreamPath, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public async Task Both_rights_are_asked_for_in_the_namespace_of_the_LogView()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(["alice: get logviews shop/checkout", "alice: get pods/log shop"], Api.AccessReviews.Order());
    }

    [Theory]
    [InlineData("get logviews shop/checkout", "\"logviews\" in API group \"kdd.dev\"")]
    [InlineData("get pods/log shop", "\"pods/log\" in API group \"\"")]
    public async Task Either_right_missing_is_403_that_names_it(string missing, string named)
    {
        Api.Allows = (_, right) => right != missing;
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, Cancelled);

        Assert.Contains(named, (string?)(await AssertStatusAsync(response, HttpStatusCode.Forbidden))["message"], StringComparison.Ordinal);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public async Task Who_may_not_know_is_not_told_whether_a_LogView_exists()
    {
        Operator.Answer = context => ScriptedOperator.StatusAsync(context, 404, "not found");
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient mallory = gateway.CreateClient(MalloryToken);

        using HttpResponseMessage response = await mallory.GetAsync(StreamPath, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Forbidden);
        Assert.Empty(Operator.Requests);
    }

    [Fact]
    public async Task Many_streams_of_a_user_at_once_make_one_token_review_and_two_access_reviews()
    {
        var time = new FakeTimeProvider();
        await using GatewayUnderTest gateway = await StartGatewayAsync(time);
        using HttpClient client = gateway.CreateClient(AliceToken);
        async Task OpenAsync() => (await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled)).Dispose();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => OpenAsync()));

        Assert.Single(Api.TokenReviews);
        Assert.Equal(2, Api.AccessReviews.Count);

        time.Advance(StreamReviewer.Lifetime - TimeSpan.FromMilliseconds(1));
        await OpenAsync();
        Assert.Equal(2, Api.AccessReviews.Count);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await OpenAsync();
        Assert.Equal(4, Api.AccessReviews.Count);
        Assert.Equal(2, Api.TokenReviews.Count);
    }

    [Fact]
    public async Task A_user_with_other_groups_is_another_caller_to_the_cache()
    {
        var time = new FakeTimeProvider();
        var reviewer = new ReviewCache<string, int>(TimeSpan.FromSeconds(10), time);

        int first = await reviewer.GetAsync("alice in a", () => Task.FromResult(1), Cancelled);
        int second = await reviewer.GetAsync("alice in b", () => Task.FromResult(2), Cancelled);
        int cached = await reviewer.GetAsync("alice in a", () => Task.FromResult(3), Cancelled);

        Assert.Equal((1, 2, 1), (first, second, cached));
    }

    [Fact]
    public async Task An_API_server_that_gives_no_decision_lets_nobody_in_and_is_asked_again()
    {
        Api.ReviewsFailWith = 500;
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage refused = await client.GetAsync(StreamPath, Cancelled);
        await AssertStatusAsync(refused, HttpStatusCode.ServiceUnavailable);

        Api.ReviewsFailWith = null;
        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/api/logviews/Shop/checkout/stream", "namespace")]
    [InlineData("/api/logviews/shop/Check_Out/stream", "name")]
    [InlineData("/api/logviews/shop.prod/checkout/stream", "namespace")]
    public async Task A_name_that_Kubernetes_would_not_take_is_400_and_names_the_part(string path, string part)
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync();
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(path, Cancelled);

        Assert.StartsWith($"the {part} in the path", (string?)(await AssertStatusAsync(response, HttpStatusCode.BadRequest))["message"], StringComparison.Ordinal);
        Assert.Empty(Api.AccessReviews);
    }
}
