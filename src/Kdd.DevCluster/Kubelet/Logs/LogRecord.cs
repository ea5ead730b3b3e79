namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>One record of a CRI log file: <c>2026-11-23T13:00:54.163334359Z stdout F content\n</c>.</summary>
public readonly ref struct LogRecord
{
    private LogRecord(long time, bool isStdout, bool isPartial, ReadOnlySpan<byte> content)
    {
        Time = time;
        IsStdout = isStdout;
        IsPartial = isPartial;
        Content = content;
    }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public long Time { get; }

    /// <summary>Written to standard output, not standard error.</summary>
    public bool IsStdout { get; }

    /// <summary>A piece of a line that goes on in the next record.</summary>
    public bool IsPartial { get; }

    /// <summary>The line or piece, without line end.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Reads a record without its line end; false when it is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LogRecord record)
    {
        record = default;
        int time = text.IndexOf((byte)' ');
        // " stdout F " after the time.
        if (time < 0 || text.Length < time + 10 || text[time + 7] != ' ' || text[time + 9] != ' '
            || !LogTime.TryParse(text[..time], out long nanoseconds))
        {
            return false;
        }
        record = new LogRecord(
            nanoseconds,
            text.Slice(time + 1, 6).SequenceEqual("stdout"u8),
            text[time + 8] == 'P',
            text[(time + 10)..]);
        return true;
    }
}
