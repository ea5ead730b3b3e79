using Kdd.Hosting;

namespace Kdd.Gateway.Tests.Hosting;

public sealed class RushTests
{
    private const long MiB = 1 << 20;

    private QuietMemory.Rush _rush;
    private long _allocated;

    [Fact]
    public void A_rush_is_over_when_little_is_allocated_after_much()
    {
        Assert.False(Interval(40 * MiB));
        Assert.False(Interval(3 * MiB));
        Assert.True(Interval(MiB));
    }

    [Fact]
    public void It_is_over_once()
    {
        Interval(40 * MiB);
        Assert.True(Interval(MiB));
        Assert.False(Interval(MiB));
        Assert.False(Interval(0));
    }

    [Fact]
    public void A_process_that_is_always_busy_is_never_paused()
    {
        for (int i = 0; i < 1000; i++)
        {
            Assert.False(Interval(QuietMemory.Rush.Quiet));
        }
    }

    [Fact]
    public void A_process_that_is_never_busy_is_paused_when_its_garbage_is_worth_it()
    {
        int intervals = 1;
        while (!Interval(QuietMemory.Rush.Quiet / 4))
        {
            intervals++;
        }

        Assert.Equal(4 * QuietMemory.Rush.Worth / QuietMemory.Rush.Quiet, intervals);
    }

    private bool Interval(long bytes) => _rush.IsOver(_allocated += bytes);
}
