namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>
/// Turns the bytes of one stream of a container into CRI records as containerd does: a line is a record, one longer than 16 KiB
/// becomes pieces of 16 KiB tagged P and a last one tagged F, a line end is <c>\n</c> or <c>\r\n</c>, and what is left without a
/// line end at the end of the stream is tagged P. Half a line is held until its end, so its time is that of its line end.
/// </summary>
public sealed class RecordSplitter(ContainerLog log, OutputStream stream)
{
    /// <summary>containerd's read buffer, in bytes.</summary>
    public const int PieceLength = 16 * 1024;

    private readonly byte[] _piece = new byte[PieceLength];
    private int _length;

    /// <summary>Takes the next bytes, which arrived at <paramref name="nanoseconds"/>. Call <see cref="ContainerLog.Publish"/> after.</summary>
    public void Add(ReadOnlySpan<byte> bytes, long nanoseconds)
    {
        while (!bytes.IsEmpty)
        {
            if (_length == PieceLength && bytes[0] != '\n')
            {
                // Only when more of the line comes is a full piece a partial one: a line of exactly 16 KiB is one record.
                log.Append(stream, _piece, partial: true, nanoseconds);
                _length = 0;
            }
            int room = PieceLength - _length;
            int end = bytes[..Math.Min(bytes.Length, room + 1)].IndexOf((byte)'\n');
            int taken = end >= 0 ? end : Math.Min(bytes.Length, room);
            if (end >= 0 && _length == 0)
            {
                log.Append(stream, WithoutReturn(bytes[..end]), partial: false, nanoseconds);
            }
            else
            {
                bytes[..taken].CopyTo(_piece.AsSpan(_length));
                _length += taken;
                if (end >= 0)
                {
                    log.Append(stream, WithoutReturn(_piece.AsSpan(0, _length)), partial: false, nanoseconds);
                    _length = 0;
                }
            }
            bytes = bytes[(end >= 0 ? end + 1 : taken)..];
        }
    }

    /// <summary>The stream has ended.</summary>
    public void End(long nanoseconds)
    {
        if (_length > 0)
        {
            log.Append(stream, _piece.AsSpan(0, _length), partial: true, nanoseconds);
            _length = 0;
        }
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) =>
        line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
}
