using System.Text;
using CsCheck;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

/// <summary>The merger with time as an argument: order, hold, and clocks that are off.</summary>
public sealed class LogMergerTests : IMergeOutput
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;
    private const long Start = 1_800_000_000 * Second;

    private readonly LogMerger _merger = new() { Window = 100 * Millisecond };
    private readonly List<(object? Source, string Message, bool Late)> _released = [];
    private readonly Dictionary<string, long> _releasedAt = [];
    private long _now = Start;

    [Fact]
    public void AChattyContainerBesideNineSilentOnesWaitsForNobody()
    {
        MergeSource[] sources = GoLive(10);
        var added = new List<long>();
        for (int i = 0; i < 1000; i++)
        {
            _now += Millisecond;
            long written = _now;
            Arrive(sources[0], written, $"line {i}");
            long wake = _merger.Release(_now, this);
            for (; wake != long.MaxValue && !_releasedAt.ContainsKey($"line {i}"); wake = _merger.Release(_now, this))
            {
                _now = Math.Max(_now + 1, wake);
            }

            added.Add(_releasedAt[$"line {i}"] - written);
        }

        added.Sort();
        Assert.InRange(added[added.Count / 2], 0, 2 * Millisecond);
    }

    [Fact]
    public void ANodeFiveMinutesBehindIsNeitherLateNorHoldsOthers()
    {
        MergeSource[] sources = GoLive(2);
        for (int i = 0; i < 500; i++)
        {
            _now += 5 * Millisecond;
            Arrive(sources[0], _now, $"right {i}");
            Arrive(sources[1], _now - (300 * Second), $"behind {i}");
            _merger.Release(_now, this);
        }

        _now += Second;
        _merger.Release(_now, this);
        Assert.Equal(1000, _released.Count);
        Assert.DoesNotContain(_released, line => line.Late);
        Assert.Equal(-300 * Second, -sources[1].Offset);
        Assert.All(_releasedAt, line => Assert.InRange(line.Value, Start, _now));
    }

    [Fact]
    public void ABacklogReadWhileOthersAreLiveIsLateAndSaysNothingOfItsNodesClock()
    {
        MergeSource[] sources = GoLive(2);
        sources[1].InBacklog = true;
        Arrive(sources[0], _now, "first");
        _merger.Release(_now + Second, this);
        for (int i = 0; i < 10; i++)
        {
            _now += Millisecond;
            Arrive(sources[0], _now, $"live {i}");
            Arrive(sources[1], _now - (300 * Second), $"old {i}");
            _merger.Release(_now + Second, this);
        }

        Assert.Null(sources[1].Offset);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => ($"old {i}", true)), _released.Where(line => line.Source is 1).Select(line => (line.Message, line.Late)));
        Assert.DoesNotContain(_released, line => line.Source is 0 && line.Late);
    }

    [Fact]
    public void TheBacklogIsOneOrderByTime()
        => Gen.Int[0, 50].Array[0, 40].Array[1, 5].Sample(sources =>
        {
            var merger = new LogMerger { Window = 100 * Millisecond };
            _released.Clear();
            int lines = 0;
            foreach ((int[] steps, int number) in sources.Select((steps, number) => (steps, number)))
            {
                MergeSource source = merger.Add(number);
                long time = Start;
                foreach (int step in steps)
                {
                    time += step * Millisecond;
                    merger.Enqueue(source, new MergeItem(Batch(time, Start + (100 * Second), $"{time}"), null));
                    lines++;
                }

                source.InBacklog = false;
            }

            merger.Release(Start + (100 * Second), this);
            long[] times = [.. _released.Select(line => long.Parse(line.Message, System.Globalization.CultureInfo.InvariantCulture))];
            return times.Length == lines && times.SequenceEqual(times.Order());
        }, threads: 1);

    /// <summary>Whatever arrives when, and whatever its timestamps say: a container's lines keep their order, and none is kept for ever.</summary>
    [Fact]
    public void AContainersLinesNeverChangeTheirOrder()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 200], Gen.Int[-400, 400]).Array[1, 200].Sample(arrivals =>
        {
            var merger = new LogMerger { Window = 100 * Millisecond };
            _released.Clear();
            MergeSource[] sources = [.. Enumerable.Range(0, 4).Select(number => merger.Add(number))];
            merger.GoLive();
            long now = Start;
            int[] written = new int[4];
            foreach ((int source, int wait, int stamp) in arrivals)
            {
                now += wait * Millisecond;
                merger.Enqueue(sources[source], new MergeItem(Batch(now + (stamp * Millisecond), now, $"{written[source]++}"), null));
                merger.Release(now, this);
            }

            merger.Release(now + Second, this);
            return Enumerable.Range(0, 4).All(source => _released.Where(line => (int)line.Source! == source).Select(line => line.Message)
                .SequenceEqual(Enumerable.Range(0, written[source]).Select(number => $"{number}")));
        }, threads: 1);

    void IMergeOutput.OnLine(MergeSource source, LineBatch batch, int line, bool late)
    {
        string message = Encoding.UTF8.GetString(batch.Message(batch[line]));
        _released.Add((source.Owner, message, late));
        _releasedAt[message] = _now;
    }

    void IMergeOutput.OnMark(MergeSource source, object mark)
    {
    }

    private static LineBatch Batch(long time, long arrival, string message)
    {
        var batch = new LineBatch(0, arrival, expected: 0);
        batch.Add(Encoding.UTF8.GetBytes(message), time, 0, LineFlags.None, message.Length);
        return batch;
    }

    private MergeSource[] GoLive(int sources)
    {
        MergeSource[] added = [.. Enumerable.Range(0, sources).Select(number => _merger.Add(number))];
        foreach (MergeSource source in added)
        {
            source.InBacklog = false;
        }

        _merger.GoLive();
        return added;
    }

    private void Arrive(MergeSource source, long time, string message) => _merger.Enqueue(source, new MergeItem(Batch(time, _now, message), null));
}
