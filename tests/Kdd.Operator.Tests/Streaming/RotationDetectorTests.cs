using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

/// <summary>A reader that falls behind its own timestamps and jumps forward lost what was rotated away in between.</summary>
public sealed class RotationDetectorTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_800_000_000 * Second;
    private const int Line = 1000;

    private readonly RotationDetector _detector = new();
    private long _now = Start;

    [Fact]
    public void AJumpForwardFromFarBehindIsSeen()
    {
        Assert.False(Read(Start, lines: 2000, perLine: Second / 2000, lagPerLine: 0));
        Assert.False(Read(_now, lines: 2000, perLine: Second / 500, lagPerLine: Second / 600));
        Assert.True(_detector.Lag > 2 * Second);
        Assert.True(_detector.Observe(_now, Line, _now));
    }

    [Fact]
    public void CatchingUpLineByLineIsNone()
    {
        Assert.False(Read(Start, lines: 2000, perLine: Second / 2000, lagPerLine: 0));
        long time = _now;
        _now += 10 * Second;
        for (int i = 0; i < 4000; i++)
        {
            // Ten seconds of lines that were held up come in one second.
            time += Second / 400;
            _now += Second / 4000;
            Assert.False(_detector.Observe(time, Line, _now));
        }
    }

    [Fact]
    public void ALittleWasReadSinceTheLastJumpIsNone()
    {
        _detector.Observe(Start, Line, Start);
        _detector.Observe(Start + Second, Line, Start + (5 * Second));
        Assert.False(_detector.Observe(Start + (5 * Second), Line, Start + (5 * Second)));
    }

    [Fact]
    public void AClockThatIsOffIsNoLag()
    {
        for (int i = 0; i < 5000; i++)
        {
            _now += Second / 1000;
            Assert.False(_detector.Observe(_now - (300 * Second), Line, _now));
        }

        Assert.Equal(0, _detector.Lag);
    }

    private bool Read(long from, int lines, long perLine, long lagPerLine)
    {
        long behind = 0;
        for (int i = 0; i < lines; i++)
        {
            _now += perLine;
            behind += lagPerLine;
            if (_detector.Observe(_now - behind, Line, _now))
            {
                return true;
            }
        }

        return false;
    }
}
