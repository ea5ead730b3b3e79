using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Queues;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TokenBucket _bucket;

    public TokenBucketTests() => _bucket = new TokenBucket(perSecond: 10, burst: 3, _time);

    [Fact]
    public void AfterABurstEachHasATurnOfItsOwnInTheOrderOfAsking()
        => Assert.Equal([0, 0, 0, 100, 200, 300], Enumerable.Range(0, 6).Select(_ => _bucket.Reserve().TotalMilliseconds));

    [Fact]
    public void TurnsComeBackAtTheRate()
    {
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(TimeSpan.Zero, _bucket.Reserve()));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([0, 100], new[] { _bucket.Reserve(), _bucket.Reserve() }.Select(wait => wait.TotalMilliseconds));
    }

    [Fact]
    public void QuietDoesNotSaveUpMoreThanTheBurst()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => _bucket.Reserve() == TimeSpan.Zero));
    }
}
