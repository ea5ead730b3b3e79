using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Kdd.LoadTest.Scenarios;

/// <summary>Reads streams until told to stop; knows how many lines came and, for the numbered lines of a flood, when each did.</summary>
internal sealed class LineCounter
{
    private static readonly byte[] Event = "event: log\n"u8.ToArray();
    private static readonly byte[] Flood = "\"message\":\"flood "u8.ToArray();

    private const int NumberDigits = 10;
    private const int KeepTimesBelow = 100_000;

    private long _count;
    private int _timed;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Stopwatch timestamps of arrival by line number, of the first lines.</summary>
    public ConcurrentDictionary<string, long> Times { get; } = new();

    /// <summary>In order of arrival.</summary>
    public IEnumerable<KeyValuePair<string, long>> Arrivals => Times.OrderBy(line => line.Value);

    public async Task ReadAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[256 * 1024];
            int kept = 0;
            while (await body.ReadAsync(buffer.AsMemory(kept), cancellationToken) is > 0 and var read)
            {
                kept = Take(buffer, kept + read);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how a measurement ends.
        }
    }

    /// <returns>Bytes of an event under way, moved to the front.</returns>
    private int Take(byte[] buffer, int length)
    {
        long now = Stopwatch.GetTimestamp();
        Span<byte> rest = buffer.AsSpan(0, length);
        while (rest.IndexOf("\n\n"u8) is >= 0 and var end)
        {
            Span<byte> one = rest[..end];
            if (one.IndexOf(Event) >= 0)
            {
                Interlocked.Increment(ref _count);
                if (_timed < KeepTimesBelow && one.IndexOf(Flood) is >= 0 and var at)
                {
                    _timed++;
                    Times.TryAdd(Encoding.ASCII.GetString(one.Slice(at + Flood.Length, NumberDigits)), now);
                }
            }

            rest = rest[(end + 2)..];
        }

        int left = rest.Length == buffer.Length ? 0 : rest.Length;
        rest[..left].CopyTo(buffer);
        return left;
    }
}
