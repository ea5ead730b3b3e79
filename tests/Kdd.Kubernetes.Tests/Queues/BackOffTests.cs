using CsCheck;
using Kdd.Kubernetes.Queues;
using Xunit;

namespace Kdd.Kubernetes.Tests.Queues;

public sealed class BackOffTests
{
    private static readonly BackOff BackOff = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30));

    [Fact]
    public void StaysBetweenTheFirstDelayAndTheCapHoweverOftenItFails()
        => Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double.Unit).Sample((failures, random) =>
            BackOff.After(failures, random) is var delay && delay >= TimeSpan.FromMilliseconds(800) && delay <= TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(1, 0.0, 800)]
    [InlineData(1, 0.5, 1200)]
    [InlineData(2, 0.0, 1600)]
    [InlineData(3, 0.5, 4800)]
    [InlineData(7, 0.0, 30_000)]
    public void DoublesAndAddsUpToOnceMore(int failures, double random, int milliseconds)
        => Assert.Equal(milliseconds, BackOff.After(failures, random).TotalMilliseconds, precision: 6);
}
