using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using CsCheck;
using Kdd.Api.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Client.Tests;

public sealed class SeenPositionsTests
{
    private static readonly JsonElement[] Cases =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "repeats.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Names => [.. Cases.Select(vector => vector.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void FollowsTheVectorsThatTheViewerFollowsToo(string name)
    {
        FakeTimeProvider time = new();
        SeenPositions seen = new(time);
        foreach (JsonElement step in Cases.Single(vector => vector.GetProperty("name").GetString() == name).GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("line", out JsonElement id))
            {
                Assert.True(StreamCursor.TryParse(id.GetString(), out StreamCursor cursor));
                Assert.Equal(step.GetProperty("new").GetBoolean(), seen.Accept(cursor, Hash(step.GetProperty("text").GetString()!)));
            }
            else if (step.TryGetProperty("advanceSeconds", out JsonElement seconds))
            {
                time.Advance(TimeSpan.FromSeconds(seconds.GetDouble()));
            }
            else
            {
                seen.Synced();
            }
        }
    }

    /// <summary>Oracle: a plain list. Each take-over sends the whole tail of the list again from a random point behind what was seen.</summary>
    [Fact]
    public void TakeOversAtAnyPointGiveEveryLineOnceAndInOrder()
        => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 3].Array[0, 60], Gen.Select(Gen.Int[0, 60], Gen.Int[0, 20]).Array[0, 6]).Sample((count, sources, takeOvers) =>
        {
            List<(ulong Source, long Time, int N, string Text)> written = Write(count, sources);
            SeenPositions seen = new(new FakeTimeProvider());
            List<string> shown = [];
            int sent = 0;
            ulong epoch = 1;
            foreach ((int upTo, int back) in takeOvers.Append((count, 0)))
            {
                for (int at = Math.Max(0, sent - back); at < Math.Min(upTo, count); at++)
                {
                    (ulong source, long time, int n, string text) = written[at];
                    if (seen.Accept(new StreamCursor(epoch, at, 0, source, 0, time, n), Hash(text)))
                    {
                        shown.Add(text);
                    }

                    sent = Math.Max(sent, at + 1);
                }

                seen.Synced();
                epoch++;
            }

            return shown.SequenceEqual(written.Select(line => line.Text));
        });

    [Fact]
    public void InstancesLongGoneAreForgotten()
    {
        FakeTimeProvider time = new();
        SeenPositions seen = new(time);
        const long second = 1_000_000_000;
        for (int instance = 0; instance < 100; instance++)
        {
            for (int line = 0; line < 200; line++)
            {
                long at = (instance * 600 * second) + line;
                seen.Accept(new StreamCursor(1, 0, at, 7, instance, at, 0), 0);
            }

            time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.InRange(seen.Count, 1, 25);
    }

    private static List<(ulong Source, long Time, int N, string Text)> Write(int count, int[] sources)
    {
        Dictionary<ulong, (long Time, int N)> last = [];
        List<(ulong, long, int, string)> written = [];
        for (int line = 0; line < count; line++)
        {
            ulong source = (ulong)(line < sources.Length ? sources[line] : 1);
            long time = 1000 + (line / 4);
            int n = last.TryGetValue(source, out (long Time, int N) before) && before.Time == time ? before.N + 1 : 0;
            last[source] = (time, n);
            written.Add((source, time, n, $"line {line}"));
        }

        return written;
    }

    private static ulong Hash(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));
}
