using System.Buffers.Text;

namespace Kdd.LoadTest.Paths;

/// <summary>A viewer that only counts, so that it takes as little of the machine as it can: every event has one line with <c>data</c>.</summary>
internal sealed class StreamCounter
{
    private static ReadOnlySpan<byte> Data => "\ndata: {"u8;

    private static ReadOnlySpan<byte> Missing => "\ndata: {\"lost\":"u8;

    private long _lines;
    private long _lost;

    public long Lines => Volatile.Read(ref _lines);

    /// <summary>Lines that <c>gap</c> events said were missed.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public async Task ReadAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[256 << 10];
            int kept = 0;
            int read;
            while ((read = await body.ReadAsync(buffer.AsMemory(kept), cancellationToken)) > 0)
            {
                kept = Count(buffer, kept + read);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The process under measurement was stopped.
        }
    }

    /// <returns>Bytes at the end in which an event may begin, moved to the front.</returns>
    private int Count(byte[] buffer, int length)
    {
        Span<byte> bytes = buffer.AsSpan(0, length);
        int whole = bytes.LastIndexOf("\n\n"u8) + 1;
        Span<byte> events = bytes[..whole];
        Volatile.Write(ref _lines, _lines + events.Count(Data));
        while (events.IndexOf(Missing) is >= 0 and var at)
        {
            events = events[(at + Missing.Length)..];
            Volatile.Write(ref _lost, _lost + (Utf8Parser.TryParse(events, out long lost, out _) ? lost : 0));
        }

        bytes[whole..].CopyTo(buffer);
        return length - whole;
    }
}
