using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

public sealed class InformerStallTests : InformerTest
{
    private readonly FakeTimeProvider _time = new();

    private protected override TimeProvider Time => _time;

    /// <summary>The connection stands and not even a bookmark comes: only a clock can tell.</summary>
    [Fact]
    public async Task AWatchThatIsSilentFor90SecondsIsOpenedAnewWhereItStood()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 11)));
        await ChangeAsync();

        Task<ScriptedExchange> next = NextWatchAsync();
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.False(next.IsCompleted);
        await _time.AdvanceUntilAsync(next, TimeSpan.FromSeconds(1), Cancelled);
        Assert.Equal("11", (await next).Query("resourceVersion"));
    }

    [Fact]
    public async Task ABookmarkKeepsAQuietWatchOpen()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        for (int minute = 1; minute <= 10; minute++)
        {
            await watch.WriteAsync(TestPod.Bookmark(10 + minute) + TestPod.Notification("ADDED", TestPod.Json($"p{minute}", 100 + minute)));
            await ChangeAsync();
            _time.Advance(TimeSpan.FromSeconds(60));
        }

        Assert.False(Api.HasRequest);
    }
}
