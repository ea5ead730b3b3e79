using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Identity;

public sealed class TokenApiTests : IAsyncLifetime
{
    private const string TokenPath = "/api/v1/namespaces/t1/serviceaccounts/default/token";
    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_requested_token_works_and_says_when_it_ends()
    {
        var answer = await PostAsync(TokenPath, """{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","spec":{"expirationSeconds":3600}}""");

        Assert.Equal("""["https://kubernetes.default.svc.cluster.local"]""", answer["spec"]!["audiences"]!.ToJsonString());
        var expires = DateTimeOffset.Parse(answer.Str("status", "expirationTimestamp")!, CultureInfo.InvariantCulture);
        var created = DateTimeOffset.Parse(answer.Str("metadata", "creationTimestamp")!, CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.FromHours(1), expires - created);
        using var client = _cluster.ClientFor(answer.Str("status", "token"));
        using var response = await client.GetAsync("/api/v1/namespaces/t1/pods/x/log", Cancelled);
        var status = await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled);
        Assert.StartsWith("pods \"x\" is forbidden: User \"system:serviceaccount:t1:default\" cannot get", status.Str("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_review_says_whose_a_token_is_and_for_which_of_the_audiences()
    {
        var issued = await PostAsync(TokenPath, """{"spec":{"audiences":["kdd-operator"],"expirationSeconds":600}}""");
        string token = issued.Str("status", "token")!;

        var meant = await ReviewAsync(token, "kdd-operator");
        var other = await ReviewAsync(token, null);

        Assert.True(meant.Bool("status", "authenticated"));
        Assert.Equal("system:serviceaccount:t1:default", meant.Str("status", "user", "username"));
        Assert.Equal("""["kdd-operator"]""", meant["status"]!["audiences"]!.ToJsonString());
        Assert.Equal((null, "invalid bearer token"), (other.Bool("status", "authenticated"), other.Str("status", "error")));
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":599}}""", 422, "may not specify a duration less than 10 minutes")]
    [InlineData("""{"spec":{"expirationSeconds":4294967297}}""", 422, "may not specify a duration larger than 2^32 seconds")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"Pod","name":"none"} } }""", 404, "pods \"none\" not found")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"Node","name":"none"} } }""", 400, "use Pod or Secret")]
    public async Task Bad_requests_name_what_is_wrong(string body, int code, string message)
    {
        var status = await PostAsync(TokenPath, body);

        Assert.Equal(code, status.Int("code"));
        Assert.Contains(message, status.Str("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_a_service_account_that_is_not_there_is_404() =>
        Assert.Equal(404, (await PostAsync("/api/v1/namespaces/t1/serviceaccounts/nobody/token", "{}")).Int("code"));

    [Fact]
    public async Task A_secret_of_the_token_type_is_filled_and_its_token_dies_with_it()
    {
        var secrets = new ResourceKey("", "secrets");
        _cluster.Store.Create(secrets, TestCluster.Json("""
            {"kind":"Secret","apiVersion":"v1","type":"kubernetes.io/service-account-token",
             "metadata":{"name":"legacy","namespace":"t1","annotations":{"kubernetes.io/service-account.name":"default"}}}
            """));

        var filled = await _cluster.WaitAsync(secrets, "t1", "legacy", secret => secret.Str("data", "token") is not null);
        string token = Text(filled, "token");

        Assert.Equal("t1", Text(filled, "namespace"));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", Text(filled, "ca.crt"), StringComparison.Ordinal);
        Assert.True((await ReviewAsync(token, null)).Bool("status", "authenticated"));
        _cluster.Store.Delete(secrets, "t1", "legacy");
        Assert.Null((await ReviewAsync(token, null)).Bool("status", "authenticated"));
    }

    private static string Text(JsonObject secret, string key) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(secret.Str("data", key)!));

    private Task<JsonObject> ReviewAsync(string token, string? audience) => PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", new JsonObject
    {
        ["apiVersion"] = "authentication.k8s.io/v1",
        ["kind"] = "TokenReview",
        ["spec"] = audience is null
            ? new JsonObject { ["token"] = token }
            : new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) },
    }.ToJsonString());

    private async Task<JsonObject> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _cluster.Admin.PostAsync(path, content, Cancelled);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!;
    }
}
