using System.Text;
using CsCheck;
using Kdd.Api.Wire;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

public sealed class LineReadingTests
{
    [Fact]
    public void LinesAreTheSameWhereverTheReadsEnd() => Gen.Byte.Array[0, 400].Select(Gen.Int[1, 30]).Sample((bytes, size) =>
    {
        var whole = new Collected();
        using var splitter = new LineSplitter();
        for (int at = 0; at < bytes.Length; at += size)
        {
            splitter.Push(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)), whole);
        }

        string[] expected = Encoding.Latin1.GetString(bytes).Split('\n');
        Assert.Equal(expected[..^1], whole.Lines);
        Assert.Equal(expected[^1], Encoding.Latin1.GetString(splitter.Fragment));
    });

    [Fact]
    public void ALineOverTheLimitIsCutAndKeepsItsFullLength()
    {
        var collected = new Collected();
        using var splitter = new LineSplitter();
        byte[] part = new byte[100_000];
        part.AsSpan().Fill((byte)'a');
        for (int i = 0; i < 20; i++)
        {
            splitter.Push(part, collected);
        }

        splitter.Push("\nnext\n"u8, collected);
        Assert.Equal(LineSplitter.MaxLine, collected.Lines[0].Length);
        Assert.Equal([2_000_000, 4], collected.FullLengths);
        Assert.Equal("next", collected.Lines[1]);
    }

    [Fact]
    public void TimestampsOfTheKubeletAreReadToTheNanosecond() => Gen.Long[0, 4_000_000_000_000_000_000].Array[1, 20].Sample(times =>
    {
        var timestamp = default(LineTimestamp);
        foreach (long time in times)
        {
            byte[] line = Encoding.ASCII.GetBytes(UnixNanoseconds.Format(time) + " message");
            Assert.True(timestamp.TryParse(line, out long parsed, out int start));
            Assert.Equal(time, parsed);
            Assert.Equal(31, start);
        }
    });

    [Theory]
    [InlineData("2026-11-23T15:01:45.173661344+02:00 x", 1795438905173661344)]
    [InlineData("2026-11-23T13:01:45.17Z x", 1795438905170000000)]
    [InlineData("2026-11-23T13:01:45Z x", 1795438905000000000)]
    public void OffsetsAndShorterFractionsAreReadToo(string line, long expected)
    {
        Assert.True(default(LineTimestamp).TryParse(Encoding.ASCII.GetBytes(line), out long time, out int start));
        Assert.Equal(expected, time);
        Assert.Equal(line.Length - 1, start);
    }

    [Theory]
    [InlineData("unable to retrieve container logs for containerd://031bbd90325e")]
    [InlineData("2026-11-23T13:01:45.1736613444Z x")]
    [InlineData("2026-13-23T13:01:45.173661344Z x")]
    [InlineData("2026-11-23T13:01:45.173661344Z")]
    [InlineData("")]
    public void OtherTextHasNoTimestamp(string line) => Assert.False(default(LineTimestamp).TryParse(Encoding.ASCII.GetBytes(line), out _, out _));

    private sealed class Collected : IRawLineTarget
    {
        public List<string> Lines { get; } = [];

        public List<long> FullLengths { get; } = [];

        public void OnRawLine(ReadOnlySpan<byte> line, long fullLength)
        {
            Lines.Add(Encoding.Latin1.GetString(line));
            FullLengths.Add(fullLength);
        }
    }
}
