using System.Buffers;

namespace Kdd.Operator.Streaming;

/// <summary>What a <see cref="LineSplitter"/> hands lines to.</summary>
internal interface IRawLineTarget
{
    /// <param name="line">Without its newline, cut at <see cref="LineSplitter.MaxLine"/>; valid during the call.</param>
    /// <param name="fullLength">Its length before the cut.</param>
    void OnRawLine(ReadOnlySpan<byte> line, long fullLength);
}

/// <summary>Splits bytes into lines whatever the borders of the reads. Only <c>\n</c> ends a line.</summary>
internal sealed class LineSplitter : IDisposable
{
    /// <summary>Most bytes of a message that are kept.</summary>
    public const int MaxMessage = 256 << 10;

    /// <summary>A message and its longest timestamp (35 bytes with an offset) and space.</summary>
    public const int MaxLine = MaxMessage + 36;

    private byte[] _carry = [];
    private int _carried;
    private long _carriedFull;

    /// <summary>The bytes after the last newline: what a cut leaves, or a last line that its writer did not end.</summary>
    public ReadOnlySpan<byte> Fragment => _carry.AsSpan(0, _carried);

    public void Push<TTarget>(ReadOnlySpan<byte> data, TTarget target)
        where TTarget : IRawLineTarget
    {
        while (true)
        {
            int end = data.IndexOf((byte)'\n');
            if (end < 0)
            {
                Carry(data);
                return;
            }

            if (_carriedFull == 0)
            {
                target.OnRawLine(data[..Math.Min(end, MaxLine)], end);
            }
            else
            {
                Carry(data[..end]);
                target.OnRawLine(_carry.AsSpan(0, _carried), _carriedFull);
                Drop();
            }

            data = data[(end + 1)..];
        }
    }

    public void Dispose() => Drop();

    private void Carry(ReadOnlySpan<byte> data)
    {
        _carriedFull += data.Length;
        ReadOnlySpan<byte> kept = data[..Math.Min(data.Length, MaxLine - _carried)];
        if (kept.IsEmpty)
        {
            return;
        }

        if (_carried + kept.Length > _carry.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_carried + kept.Length, _carry.Length * 2));
            Fragment.CopyTo(larger);
            Return();
            _carry = larger;
        }

        kept.CopyTo(_carry.AsSpan(_carried));
        _carried += kept.Length;
    }

    /// <summary>Gives the array back: an idle stream holds none.</summary>
    private void Drop()
    {
        Return();
        _carry = [];
        _carried = 0;
        _carriedFull = 0;
    }

    private void Return()
    {
        if (_carry.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_carry);
        }
    }
}
