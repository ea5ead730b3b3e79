using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Kdd.Gateway.Streams;

namespace Kdd.Gateway.Tests.Streams;

public sealed class EndableStreamTests
{
    private static readonly byte[] Word = "event: error\ndata: {}\n\n"u8.ToArray();

    [Fact]
    public async Task A_stream_that_nobody_ends_passes_every_byte()
    {
        using var stream = new EndableStream(new MemoryStream("data: a\n\ndata: b"u8.ToArray()), "text/event-stream", TimeProvider.System, () => { });

        Assert.Equal("data: a\n\ndata: b", await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task The_last_word_waits_for_the_end_of_the_event_under_way()
    {
        var pipe = new Pipe();
        using var stream = new EndableStream(pipe.Reader.AsStream(), "text/event-stream", TimeProvider.System, () => { });
        byte[] buffer = new byte[100];
        await pipe.Writer.WriteAsync("data: half"u8.ToArray(), Cancelled);
        int length = await stream.ReadAsync(buffer, Cancelled);
        Task<string> rest = ReadToEndAsync(stream);

        stream.End(Word);
        Assert.False(rest.IsCompleted);
        await pipe.Writer.WriteAsync(" and half\n\ndata: never sent\n\n"u8.ToArray(), Cancelled);

        Assert.Equal("data: half", Encoding.UTF8.GetString(buffer, 0, length));
        Assert.Equal(" and half\n\n" + Encoding.UTF8.GetString(Word), await rest);
    }

    [Fact]
    public async Task A_stream_that_waits_for_its_next_event_is_ended_at_once()
    {
        var pipe = new Pipe();
        using var stream = new EndableStream(pipe.Reader.AsStream(), "text/event-stream", TimeProvider.System, () => { });
        Task<string> rest = ReadToEndAsync(stream);

        stream.End(Word);

        Assert.Equal(Encoding.UTF8.GetString(Word), await rest);
    }

    [Fact]
    public async Task A_reader_that_waits_with_an_empty_buffer_is_woken()
    {
        var pipe = new Pipe();
        using var stream = new EndableStream(pipe.Reader.AsStream(), "text/event-stream", TimeProvider.System, () => { });
        ValueTask<int> waiting = stream.ReadAsync(Memory<byte>.Empty, Cancelled);

        stream.End(Word);

        Assert.Equal(0, await waiting);
        Assert.Equal(Encoding.UTF8.GetString(Word), await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Whatever_the_reads_and_whenever_it_ends_only_whole_events_come_before_the_last_word()
        => await Gen.Select(
            Gen.String[Gen.Char["ab:\""], 0, 12].Array[0, 6], Gen.Int[1, 9].Array[1, 8], Gen.Int[0, 12], Gen.Int[1, 40])
            .SampleAsync(async (lines, sizes, endAfterReads, bufferSize) =>
            {
                string whole = string.Concat(lines.Select(line => $"event: log\ndata: {line}\n\n"));
                using var source = new ChoppedStream(Encoding.UTF8.GetBytes(whole), sizes);
                using var stream = new EndableStream(source, "text/event-stream", TimeProvider.System, () => { });
                var got = new StringBuilder();
                byte[] buffer = new byte[bufferSize];
                int reads = 0;
                while (true)
                {
                    if (reads++ == endAfterReads)
                    {
                        stream.End(Word);
                    }

                    int length = await stream.ReadAsync(buffer);
                    if (length == 0)
                    {
                        break;
                    }

                    got.Append(Encoding.UTF8.GetString(buffer, 0, length));
                }

                string text = got.ToString();
                string word = Encoding.UTF8.GetString(Word);
                string events = text.EndsWith(word, StringComparison.Ordinal) ? text[..^word.Length] : text;
                return whole.StartsWith(events, StringComparison.Ordinal) && (events.Length == 0 || events.EndsWith("\n\n", StringComparison.Ordinal));
            }, iter: 2000);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancelled);
    }

    /// <summary>Gives its bytes in reads of the given sizes, over and over.</summary>
    private sealed class ChoppedStream(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        private int _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => new(Read(buffer.Span[..Math.Min(buffer.Length, sizes[_read++ % sizes.Length])]));
    }
}
