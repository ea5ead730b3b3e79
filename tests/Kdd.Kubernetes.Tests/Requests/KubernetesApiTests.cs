using System.Net;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Requests;

public sealed class KubernetesApiTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private ScriptedApi _api = null!;
    private KubernetesApi _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ApiPath Pod => ApiPath.To(ResourceType.Pods).In("shop").Named("a");

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _client = _api.CreateClient(_time);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task ApplyNamesItsFieldManagerAndContentType()
    {
        Task<byte[]> applied = _client.ApplyAsync(Pod.Subresource("status"), "{}"u8.ToArray(), "kdd-operator", force: true, Cancelled);
        ScriptedExchange request = await _api.NextAsync();
        Assert.Equal(("PATCH", "/api/v1/namespaces/shop/pods/a/status"), (request.Method, request.Path));
        Assert.Equal(("kdd-operator", "true"), (request.Query("fieldManager"), request.Query("force")));
        Assert.Equal("application/apply-patch+yaml", request.Header("Content-Type"));
        await request.AnswerAsync(200, """{"ok":true}""");
        Assert.Equal("""{"ok":true}"""u8.ToArray(), await applied);
    }

    [Fact]
    public async Task DeleteIsOfTheObjectThatWasDecidedOn()
    {
        Task deleted = _client.DeleteAsync(Pod, "a\"uid", "17", Cancelled);
        ScriptedExchange request = await _api.NextAsync();
        Assert.Equal("""{"preconditions":{"uid":"a\u0022uid","resourceVersion":"17"},"apiVersion":"v1","kind":"DeleteOptions"}""", request.Body);
        await request.AnswerAsync(200, "{}");
        await deleted;
    }

    [Fact]
    public async Task ARefusalCarriesTheStatusOfTheServer()
    {
        Task<byte[]> got = _client.GetBytesAsync(Pod, Cancelled);
        await (await _api.NextAsync()).RefuseAsync(429, "TooManyRequests", "storage is (re)initializing", retryAfter: "7");
        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => got);
        Assert.Equal((HttpStatusCode.TooManyRequests, "TooManyRequests", "storage is (re)initializing", TimeSpan.FromSeconds(7)), (refused.Code, refused.Reason, refused.Message, refused.RetryAfter));
    }

    [Fact]
    public async Task ARefusalThatIsNoStatusIsToldByItsCode()
    {
        Task<byte[]> got = _client.GetBytesAsync(Pod, Cancelled);
        await (await _api.NextAsync()).AnswerAsync(404, "404 page not found\n");
        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => got);
        Assert.True(refused.IsNotFound);
        Assert.Equal("the API server answered 404", refused.Message);
    }

    [Fact]
    public async Task AMessageWithoutEndIsCut()
    {
        Task<byte[]> got = _client.GetBytesAsync(Pod, Cancelled);
        await (await _api.NextAsync()).RefuseAsync(500, "InternalError", new string('x', 30_000));
        Assert.Equal(1_000, (await Assert.ThrowsAsync<KubernetesApiException>(() => got)).Message.Length);
    }

    /// <summary>The client library reads bodies outside its timeout: a list that stalled 9 s took 9 s with a timeout of 3 s.</summary>
    [Fact]
    public async Task ABodyThatStallsIsGivenUpAfterTheDeadline()
    {
        Task<byte[]> got = _client.GetBytesAsync(Pod, Cancelled);
        await (await _api.NextAsync()).WriteAsync("""{"kind":""");
        _time.Advance(KubernetesApi.Deadline);
        await Assert.ThrowsAsync<TimeoutException>(() => got);
    }

    [Fact]
    public async Task AnOpenBodyIsNotGivenUp()
    {
        Task<HttpResponseMessage> opening = _client.OpenAsync(Pod, Cancelled);
        ScriptedExchange request = await _api.NextAsync();
        await request.WriteAsync("one\n");
        using HttpResponseMessage response = await opening;
        _time.Advance(TimeSpan.FromHours(1));
        await request.WriteAsync("two\n");
        request.End();
        Assert.Equal("one\ntwo\n", await response.Content.ReadAsStringAsync(Cancelled));
    }
}
