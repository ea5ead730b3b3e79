using System.Threading.Channels;
using Kdd.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Leases;

public sealed class LeaseObserverTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _live = Channel.CreateUnbounded<string>();
    private ScriptedApi _api = null!;
    private LeaseObserver _observer = null!;
    private ScriptedExchange _watch = null!;
    private Task _running = Task.CompletedTask;
    private int _version = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _observer = new LeaseObserver(_api.CreateClient(_time), "kdd-system", "kdd.dev/member=operator", TimeSpan.FromSeconds(15), _time, NullLogger<LeaseObserver>.Instance);
        _observer.Changed += () => _live.Writer.TryWrite(string.Join(' ', _observer.Live.Values.Select(m => m.Identity + m.Annotations.GetValueOrDefault("kdd.dev/epoch")).Order()));
        _running = _observer.RunAsync(_stop.Token);
        ScriptedExchange list = await _api.NextAsync();
        Assert.Equal("kdd.dev/member=operator", list.Query("labelSelector"));
        await list.AnswerAsync(200, """{"kind":"LeaseList","metadata":{"resourceVersion":"100"},"items":[]}""");
        _watch = await _api.NextAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _observer.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
    }

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
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Single(_observer.Live);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("", await NextAsync());
    }

    [Fact]
    public async Task EachRenewalCountsAnewWhateverTimeItNames()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));

        // An hour back: the holder's clock was set. It lives all the same. The second Lease tells when the first was read.
        await WriteAsync("a", "2026-11-23T11:00:00.000000Z");
        await WriteAsync("b", "2026-11-23T11:00:00.000000Z");
        Assert.Equal("a b", await NextAsync());
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(2, _observer.Live.Count);
    }

    [Fact]
    public async Task AChangeOfAnythingElseIsNoRenewal()
    {
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z");
        await NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await WriteAsync("a", "2026-11-23T12:00:00.000000Z", epoch: "+new");
        Assert.Equal("a+new", await NextAsync());
        _time.Advance(TimeSpan.FromSeconds(5));
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
        var partial = new LeaseObserver(_api.CreateClient(_time), "kdd-system", "kdd.dev/member=operator", TimeSpan.FromSeconds(15), _time, NullLogger<LeaseObserver>.Instance);
        var seen = new List<int>();
        var complete = new Signal();
        partial.Changed += () =>
        {
            seen.Add(partial.Live.Count);
            complete.Set();
        };
        Task running = partial.RunAsync(_stop.Token);
        ScriptedExchange first = await _api.NextAsync();
        await first.AnswerAsync(200, TestPod.List(1, "page two", Lease("a")));
        ScriptedExchange second = await _api.NextAsync();
        Assert.Empty(seen);
        await second.AnswerAsync(200, TestPod.List(1, null, Lease("b")));
        await complete.Task.WaitAsync(Cancelled);
        Assert.Equal([2], seen);
        await _stop.CancelAsync();
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

    private static string Lease(string holder)
        => $$$"""{"metadata":{"name":"kdd-member-{{{holder}}}","namespace":"kdd-system","resourceVersion":"1"},"spec":{"holderIdentity":"{{{holder}}}","renewTime":"x"}}""";

    private ValueTask<string> NextAsync() => _live.Reader.ReadAsync(Cancelled);

    private Task WriteAsync(string holder, string renewTime, string epoch = "", string type = "MODIFIED")
        => _watch.WriteAsync(TestPod.Notification(type, $$$"""
            {"kind":"Lease","metadata":{"name":"kdd-member-{{{holder}}}","namespace":"kdd-system","resourceVersion":"{{{++_version}}}","annotations":{"kdd.dev/epoch":"{{{epoch}}}"}},"spec":{"holderIdentity":"{{{holder}}}","renewTime":"{{{renewTime}}}"}}
            """.Trim()));
}
