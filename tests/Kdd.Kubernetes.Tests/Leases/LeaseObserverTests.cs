using System.Threading.Channels;
using Kdd.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kdd.Kubernetes.Tests.Leases;

public sealed class LeaseObserverTests : ScriptedTest
{
    private readonly Channel<string> _live = Channel.CreateUnbounded<string>();
    private LeaseObserver _observer = null!;
    private ScriptedExchange _watch = null!;
    private int _version = 100;

    private protected override async Task<Task> StartAsync(KubernetesApi api, CancellationToken stop)
    {
        _observer = Observer(api);
        _observer.Changed += () => _live.Writer.TryWrite(string.Join(' ', _observer.Live.Values.Select(m => m.Identity + m.Annotations.GetValueOrDefault("kdd.dev/epoch")).Order()));
        Task running = _observer.RunAsync(stop);
        ScriptedExchange list = await Api.NextAsync();
        Assert.Equal("kdd.dev/member=operator", list.Query("labelSelector"));
        await list.AnswerAsync(200, """{"kind":"LeaseList","metadata":{"resourceVersion":"100"},"items":[]}""");
        _watch = await Api.NextAsync();
        return running;
    }

    private protected override void Dispose() => _observer.Dispose();

    [Fact]
    public async Task AHolderIsLiveFromFirstSightHoweverOldItsRenewTimeLooks()
    {
        await WriteAsync("a", "1999-01-01T00:00:00.000000Z");
        Assert.Equal("a", await NextAsync());
    }

    [Fact]
    public async Task AHolderWhoseRenewTimeStandsStillIsGoneAfter15Seconds()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        Time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Single(_observer.Live);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("", await NextAsync());
    }

    [Fact]
    public async Task EachRenewalCountsAnewWhateverTimeItNames()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        Time.Advance(TimeSpan.FromSeconds(9));

        // An hour back: the holder's clock was set. It lives all the same. The second Lease tells when the first was read.
        await WriteAsync("a", "2026-11-23T11:00:00.000000Z");
        await WriteAsync("b", "2026-11-23T11:00:00.000000Z");
        Assert.Equal("a b", await NextAsync());
        Time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(2, _observer.Live.Count);
    }

    [Fact]
    public async Task AChangeOfAnythingElseIsNoRenewal()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        Time.Advance(TimeSpan.FromSeconds(9));
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z", epoch: "+new");
        Assert.Equal("a+new", await NextAsync());
        Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("", await NextAsync());
    }

    [Fact]
    public async Task ALeaseThatIsDeletedTakesItsHolderAtOnce()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z", type: "DELETED");
        Assert.Equal("", await NextAsync());
    }

    /// <summary>A member that saw only itself in the first page of the list would take every namespace.</summary>
    [Fact]
    public async Task AListReadInPartShowsNobody()
    {
        var partial = Observer(Api.CreateClient(Time));
        var seen = new List<int>();
        var complete = new Signal();
        partial.Changed += () =>
        {
            seen.Add(partial.Live.Count);
            complete.Set();
        };
        using var stop = new CancellationTokenSource();
        Task running = partial.RunAsync(stop.Token);
        ScriptedExchange first = await Api.NextAsync();
        await first.AnswerAsync(200, TestPod.List(1, "page two", Lease("a")));
        ScriptedExchange second = await Api.NextAsync();
        Assert.Empty(seen);
        await second.AnswerAsync(200, TestPod.List(1, null, Lease("b")));
        await complete.Task.WaitAsync(Cancelled);
        Assert.Equal([2], seen);
        await stop.CancelAsync();
        await running;
        partial.Dispose();
    }

    [Fact]
    public async Task ALeaseThatNobodyHoldsIsNoMember()
    {
        await WriteAsync("", "2026-11-23T12:00:00.000000Z");
        await WriteAsync("b", "2026-11-23T12:00:00.000000Z");
        Assert.Equal("b", await NextAsync());
    }

    /// <summary>The connection stands and brings nothing; the renewals that it hides are there for whoever asks again.</summary>
    [Fact]
    public async Task AWatchThatIsSilentFor10SecondsIsAskedAgainBeforeItsHoldersLookDead()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        Task<ScriptedExchange> next = Api.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(next.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(0.1));
        _watch = await next.WaitAsync(Cancelled);
        Assert.Equal("101", _watch.Query("resourceVersion"));

        await WriteAsync("a", "2026-11-23T12:00:05.000000Z", epoch: "+renewed");
        Assert.Equal("a+renewed", await NextAsync());
        Time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Single(_observer.Live);
    }

    [Fact]
    public async Task AWatchThatIsRefusedIsAskedAgainWithinTwoSeconds()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        _watch.End();
        for (int failure = 0; failure < 6; failure++)
        {
            Task<ScriptedExchange> next = Api.NextAsync();
            await Time.AdvanceUntilAsync(next, TimeSpan.FromMilliseconds(100), Cancelled);
            await (await next).RefuseAsync(500, "InternalError");
        }

        Task<ScriptedExchange> last = Api.NextAsync();
        DateTimeOffset refused = Time.GetUtcNow();
        await Time.AdvanceUntilAsync(last, TimeSpan.FromMilliseconds(100), Cancelled);
        Assert.InRange(Time.GetUtcNow() - refused, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private LeaseObserver Observer(KubernetesApi api)
        => new(api, "kdd-system", "kdd.dev/member=operator", TimeSpan.FromSeconds(15), Time, NullLogger<LeaseObserver>.Instance);

    private static string Lease(string holder)
        => $$$"""{"metadata":{"name":"kdd-member-{{{holder}}}","namespace":"kdd-system","resourceVersion":"1"},"spec":{"holderIdentity":"{{{holder}}}","renewTime":"x"}}""";

    private Task<string> NextAsync() => _live.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(ScriptedApi.Patience, TimeProvider.System, Cancelled);

    private Task WriteAsync(string holder, string renewTime, string epoch = "", string type = "MODIFIED")
        => _watch.WriteAsync(TestPod.Notification(type, $$$"""
            {"kind":"Lease","metadata":{"name":"kdd-member-{{{holder}}}","namespace":"kdd-system","resourceVersion":"{{{++_version}}}","annotations":{"kdd.dev/epoch":"{{{epoch}}}"}},"spec":{"holderIdentity":"{{{holder}}}","renewTime":"{{{renewTime}}}"}}
            """.Trim()));
}
