using CsCheck;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

public sealed class ReplayTests
{
    [Fact]
    public void ATailThatBeginsWithinTheRememberedLinesGivesWhatFollowsThem()
        => Gen.Select(Gen.Int[1, 200], Gen.Int[0, 60], Gen.Int[-1_000_000_000, 10_000_000].Array[300]).Sample((read, written, steps) =>
        {
            SeenLine[] file = Lines(read + written, steps);
            ResumePoint point = PointAfter(file.AsSpan(..read));
            Replay replay = Replay.OfTail(point);
            SeenLine[] fresh = [.. file[Math.Max(0, file.Length - point.TailLines)..].Where(line => replay.IsNew(line.Time, line.Hash))];
            bool reaches = point.TailLines > written && !replay.FileChanged;

            // What a resume must never do is to skip a line; that the tail does not reach back so far it may say.
            return replay.FileChanged ? written >= point.Count : reaches && fresh.AsSpan().SequenceEqual(file.AsSpan(read..));
        });

    [Fact]
    public void ATailThatBeginsAfterTheRememberedLinesIsNoReplay()
    {
        SeenLine[] file = Lines(10, new int[10]);
        Replay replay = Replay.OfTail(PointAfter(file.AsSpan(..5)));
        Assert.True(replay.IsNew(file[7].Time, file[7].Hash));
        Assert.True(replay.FileChanged);
    }

    [Fact]
    public void ATailThatBeginsWithOneOfSeveralEqualLinesIsNoReplay()
    {
        var equal = new SeenLine(5, 1);
        Replay replay = Replay.OfTail(PointAfter([equal, equal, equal]));
        replay.IsNew(equal.Time, equal.Hash);
        Assert.True(replay.FileChanged);
    }

    [Fact]
    public void WhereAllOfAFileWasReadItsBeginningIsAskedForToo()
    {
        Assert.Equal(ResumePoint.LeastLines, PointAfter(Lines(3, new int[3])).TailLines);
        ResumePoint tail = PointAfter([]);
        tail.HasUnknownHead = true;
        tail.Add(1, 1);
        Assert.Equal(1, tail.TailLines);
    }

    [Fact]
    public void ARemembererOfSlowLinesKeepsTheLast()
    {
        ResumePoint point = PointAfter(Lines(200, [.. Enumerable.Repeat(2_000_000_000, 200)]));
        Assert.Equal(ResumePoint.LeastLines, point.Count);
        Assert.True(point.Covers);
        Assert.Equal(point.Count, point.Copy().Count);
    }

    private static SeenLine[] Lines(int count, int[] steps)
    {
        long time = 1_700_000_000_000_000_000;
        return [.. Enumerable.Range(0, count).Select(i => new SeenLine(time += steps[i % steps.Length], (ulong)i))];
    }

    private static ResumePoint PointAfter(ReadOnlySpan<SeenLine> lines)
    {
        var point = new ResumePoint();
        foreach (SeenLine line in lines)
        {
            point.Add(line.Time, line.Hash);
        }

        return point;
    }
}
