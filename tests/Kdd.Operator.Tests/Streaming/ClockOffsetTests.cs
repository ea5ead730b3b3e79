using CsCheck;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

public sealed class ClockOffsetTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void IsTheLeastDelayOfTheLastMinute() => Gen.Select(Gen.Long[-300 * Second, 300 * Second], Gen.Long[0, Second].Array[1, 100]).Sample((skew, delays) =>
    {
        var offset = new ClockOffset();
        long now = 1_800_000_000 * Second;
        foreach (long delay in delays)
        {
            now += Second / 10;
            offset.Observe(now, now - skew - delay);
        }

        return offset.IsKnown && offset.Value == skew + delays.Min();
    });

    [Fact]
    public void ForgetsAFormerClockWithinAMinute()
    {
        var offset = new ClockOffset();
        long now = 1_800_000_000 * Second;
        for (int i = 0; i < 130; i++)
        {
            now += Second;
            long skew = i < 60 ? 0 : 20 * Second;
            offset.Observe(now, now - skew);
        }

        Assert.Equal(20 * Second, offset.Value);
    }

    [Fact]
    public void IsUnknownBeforeTheFirstLine() => Assert.False(new ClockOffset().IsKnown);
}
