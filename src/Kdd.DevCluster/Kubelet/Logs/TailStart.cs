using Microsoft.Win32.SafeHandles;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>Finds where the last records of a log file begin, from its end.</summary>
public static class TailStart
{
    private const int BlockLength = 64 * 1024;

    /// <summary>The offset of the last <paramref name="records"/> records (pieces of a long line count each, as in the kubelet).</summary>
    public static long Find(SafeFileHandle file, long records)
    {
        long end = RandomAccess.GetLength(file);
        if (records == 0)
        {
            return end;
        }
        byte[] block = new byte[BlockLength];
        // The line end of the last record does not begin another one.
        long wanted = records + 1;
        while (end > 0)
        {
            long start = Math.Max(0, end - BlockLength);
            Span<byte> bytes = block.AsSpan(0, (int)(end - start));
            int read = RandomAccess.Read(file, bytes, start);
            ReadOnlySpan<byte> rest = bytes[..read];
            for (int at = rest.LastIndexOf((byte)'\n'); at >= 0; at = rest.LastIndexOf((byte)'\n'))
            {
                if (--wanted == 0)
                {
                    return start + at + 1;
                }
                rest = rest[..at];
            }
            end = start;
        }
        return 0;
    }
}
