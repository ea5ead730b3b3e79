using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Queues;

public sealed class TokenBucketTests
{
    [Fact]
    public void AfterABurstItLetsPassWhatTheRateAllows()
    {
        var time = new FakeTimeProvider();
        var bucket = new TokenBucket(perSecond: 10, burst: 3, time);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(bucket.TryTake(out TimeSpan _)));
        Assert.False(bucket.TryTake(out TimeSpan wait));
        Assert.Equal(TimeSpan.FromMilliseconds(100), wait);

        time.Advance(wait);
        Assert.True(bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out _));
    }

    [Fact]
    public void QuietDoesNotSaveUpMoreThanTheBurst()
    {
        var time = new FakeTimeProvider();
        var bucket = new TokenBucket(perSecond: 10, burst: 3, time);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => bucket.TryTake(out TimeSpan _)));
    }
}
