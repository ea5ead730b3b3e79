using Kdd.Api.LogViews;
using Kdd.Kubernetes.Queues;
using Kdd.Operator.Reconciliation;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Operator.Tests.Reconciliation;

/// <summary>When a status is written, however often its LogView is woken.</summary>
public sealed class PendingStatusTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PendingStatus _pending;
    private readonly TokenBucket _turns;

    public PendingStatusTests()
    {
        _pending = new PendingStatus(_time);
        _turns = new TokenBucket(perSecond: 10, burst: 2, _time);
    }

    [Fact]
    public void TheFirstWriteWaitsForTheStreamsToOpenAndSaysBoth()
    {
        Assert.Equal(PendingStatus.Settle, _pending.Offer(Observed(), Status(active: 0)));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Null(_pending.TryTake(_turns, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromMilliseconds(50), wait);

        // Offers that keep coming do not put it off.
        Assert.Equal(wait, _pending.Offer(Observed(), Status(active: 1)));
        _time.Advance(wait);
        Assert.Equal(1, _pending.TryTake(_turns, out _)!.Status.Streams!.Active);
        Assert.Equal(StatusDifference.None, _pending.Difference);
    }

    [Fact]
    public void CountersWaitAMinuteAfterAWriteThoughTheKeyIsWokenBefore()
    {
        Write(Observed("1"), Status(active: 1, kept: 0), "2");
        LogViewStatus written = Status(active: 1, kept: 0);
        for (int second = 1; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.FromSeconds(60 - second), _pending.Offer(Observed("2", written), Status(active: 1, kept: second)));
            Assert.Null(_pending.TryTake(_turns, out _));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(59, _pending.TryTake(_turns, out _)!.Status.Lines!.Kept);
    }

    [Fact]
    public void AStateIsWrittenWithinASecondThoughCountersWait()
    {
        Write(Observed("1"), Status(active: 1), "2");
        _pending.Offer(Observed("2", Status(active: 1)), Status(active: 1, kept: 7));
        Assert.Equal(PendingStatus.Coalesce, _pending.Offer(Observed("2", Status(active: 1)), Status(active: 0, kept: 7)));
        _time.Advance(PendingStatus.Coalesce);
        Assert.Equal(0, _pending.TryTake(_turns, out _)!.Status.Streams!.Active);
    }

    [Fact]
    public void OneThatWaitsForItsTurnTakesOneHoweverOftenItAsks()
    {
        _turns.Reserve();
        _turns.Reserve();
        _pending.Offer(Observed(), Status(active: 1));
        _time.Advance(PendingStatus.Settle - TimeSpan.FromMilliseconds(240));
        Assert.Null(_pending.TryTake(_turns, out _));
        _turns.Reserve();
        _turns.Reserve();
        _turns.Reserve();
        _time.Advance(TimeSpan.FromMilliseconds(240));
        for (int asked = 0; asked < 5; asked++)
        {
            Assert.Null(_pending.TryTake(_turns, out TimeSpan wait));
            Assert.InRange(wait, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(400));
        }

        _time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.NotNull(_pending.TryTake(_turns, out _));
    }

    [Fact]
    public void WhatTheWatchHasNotBroughtYetIsNotWrittenTwice()
    {
        StatusWrite write = Write(Observed("1"), Status(active: 1), "2");
        Assert.Equal("1", write.Version);
        Assert.Null(_pending.Offer(Observed("1"), Status(active: 1)));
        Assert.Equal(PendingStatus.Coalesce, _pending.Offer(Observed("1"), Status(active: 0)));
        _time.Advance(PendingStatus.Coalesce);
        Assert.Equal("2", _pending.TryTake(_turns, out _)!.Version);
    }

    [Fact]
    public void OneThatFailedWaitsAgainUnlessSomethingNewerDoes()
    {
        _pending.Offer(Observed("1"), Status(active: 0));
        _time.Advance(PendingStatus.Settle);
        StatusWrite first = _pending.TryTake(_turns, out _)!;
        _pending.Failed(first);
        _time.Advance(PendingStatus.Coalesce);
        StatusWrite second = _pending.TryTake(_turns, out _)!;
        Assert.Equal((first.Status, "1"), (second.Status, second.Version));
        _pending.Offer(Observed("1"), Status(active: 1));
        _pending.Failed(second);
        _time.Advance(PendingStatus.Coalesce);
        Assert.Equal(1, _pending.TryTake(_turns, out _)!.Status.Streams!.Active);
    }

    [Fact]
    public void OneDecidedOnAVersionThatIsGoneIsDecidedAnew()
    {
        _pending.Offer(Observed("1"), Status(active: 0));
        _time.Advance(PendingStatus.Settle);
        _pending.Dropped(_pending.TryTake(_turns, out _)!);
        Assert.Equal(StatusDifference.None, _pending.Difference);
        Assert.NotNull(_pending.Offer(Observed("9"), Status(active: 0)));
        _time.Advance(PendingStatus.Coalesce);
        Assert.Equal("9", _pending.TryTake(_turns, out _)!.Version);
    }

    private StatusWrite Write(ObservedLogView observed, LogViewStatus status, string made)
    {
        _pending.Offer(observed, status);
        _time.Advance(PendingStatus.Settle);
        StatusWrite write = _pending.TryTake(_turns, out _)!;
        _pending.Done(write, made);
        return write;
    }

    private static LogViewStatus Status(int active, int kept = 0)
        => new() { Streams = new StreamCounts { Desired = 1, Active = active, Summary = $"{active}/1" }, Lines = new LineCounts { Kept = kept } };

    private static ObservedLogView Observed(string version = "1", LogViewStatus? status = null)
    {
        var metadata = new ObjectMeta { Name = "lv", Namespace = "shop", ResourceVersion = version };
        return new ObservedLogView(metadata, new LogView { Metadata = metadata, Spec = new LogViewSpec(), Status = status }, null);
    }
}
