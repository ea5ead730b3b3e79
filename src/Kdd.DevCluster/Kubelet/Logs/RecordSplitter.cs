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
            ReadOnlySpan<byte> room = bytes[..Math.Min(bytes.Length, PieceLength - _length)];
            int end = room.IndexOf((byte)'\n');
            if (end >= 0)
            {
                AddLine(bytes[..end], nanoseconds);
                bytes = bytes[(end + 1)..];
                continue;
            }
            room.CopyTo(_piece.AsSpan(_length));
            _length += room.Length;
            bytes = bytes[room.Length..];
            if (_length == PieceLength)
            {
                AddPiece(nanoseconds);
            }
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

    private void AddLine(ReadOnlySpan<byte> rest, long nanoseconds)
    {
        if (_length == 0)
        {
            log.Append(stream, WithoutReturn(rest), partial: false, nanoseconds);
            return;
        }
        rest.CopyTo(_piece.AsSpan(_length));
        log.Append(stream, WithoutReturn(_piece.AsSpan(0, _length + rest.Length)), partial: false, nanoseconds);
        _length = 0;
    }

    private void AddPiece(long nanoseconds)
    {
        // A \r at the border may belong to a \r\n: it stays for the next piece, as in Go's bufio.Reader.ReadLine.
        bool keep = _piece[PieceLength - 1] == '\r';
        log.Append(stream, _piece.AsSpan(0, keep ? PieceLength - 1 : PieceLength), partial: true, nanoseconds);
        _piece[0] = (byte)'\r';
        _length = keep ? 1 : 0;
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) =>
        line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
}
