using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Connections;

public sealed class TokenTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task AFilesTokenIsReadAgainWhenItMayHaveChanged()
    {
        var token = new TokenFile(_file, _time);
        await File.WriteAllTextAsync(_file, "first\n", Cancelled);
        Assert.Equal("first", await token.GetAsync(Cancelled));
        await File.WriteAllTextAsync(_file, "second\n", Cancelled);
        Assert.Equal("first", await token.GetAsync(Cancelled));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("second", await token.GetAsync(Cancelled));
    }

    [Fact]
    public async Task AFileThatIsGoneForAMomentDoesNotTakeTheTokenAway()
    {
        var token = new TokenFile(_file, _time);
        await File.WriteAllTextAsync(_file, "first", Cancelled);
        await token.GetAsync(Cancelled);
        File.Delete(_file);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("first", await token.GetAsync(Cancelled));
    }

    [Fact]
    public async Task ARefusedTokenIsReadAgainAtOnceAndTheRequestRepeated()
    {
        await using ScriptedApi api = await ScriptedApi.StartAsync();
        await File.WriteAllTextAsync(_file, "old", Cancelled);
        KubernetesApi client = api.CreateClient(_time, new TokenFile(_file, _time));
        Task<byte[]> got = client.ApplyAsync(ApiPath.To(ResourceType.Pods).In("shop").Named("a"), "{}"u8.ToArray(), "kdd", force: false, Cancelled);
        ScriptedExchange refused = await api.NextAsync();
        Assert.Equal("Bearer old", refused.Header("Authorization"));
        await File.WriteAllTextAsync(_file, "new", Cancelled);
        await refused.RefuseAsync(401, "Unauthorized");

        ScriptedExchange again = await api.NextAsync();
        Assert.Equal(("Bearer new", "{}"), (again.Header("Authorization"), again.Body));
        await again.AnswerAsync(200, "{}");
        await got;
    }

    [Fact]
    public async Task ATokenThatStaysRefusedIsNotTriedAgain()
    {
        await using ScriptedApi api = await ScriptedApi.StartAsync();
        await File.WriteAllTextAsync(_file, "old", Cancelled);
        Task<byte[]> got = api.CreateClient(_time, new TokenFile(_file, _time)).GetBytesAsync(ApiPath.To(ResourceType.Pods), Cancelled);
        await (await api.NextAsync()).RefuseAsync(401, "Unauthorized");
        await Assert.ThrowsAsync<KubernetesApiException>(() => got);
        Assert.False(api.HasRequest);
    }

    [Fact]
    public async Task ARequestWithCredentialsOfItsOwnKeepsThem()
    {
        await using ScriptedApi api = await ScriptedApi.StartAsync();
        using HttpClient client = ClusterConnection.To(api.Address, BearerToken.Fixed("ours")).CreateHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/pods") { Headers = { Authorization = new("Bearer", "theirs") } };
        Task<HttpResponseMessage> answer = client.SendAsync(request, Cancelled);
        ScriptedExchange seen = await api.NextAsync();
        Assert.Equal("Bearer theirs", seen.Header("Authorization"));
        await seen.AnswerAsync(200, "{}");
        (await answer).Dispose();
    }
}
