using System.Globalization;
using System.Text;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Floods;

/// <summary>
/// Lines of a flood, prebuilt: only times and numbers are written anew for each block. A line is
/// <c>[time ]flood 0000000042 ....\n</c>.
/// </summary>
internal sealed class FloodBlock
{
    private const int SecondLength = 20;
    private const int NumberLength = 10;
    private static ReadOnlySpan<byte> Word => "flood "u8;

    private readonly byte[] _lines;
    private readonly int _width;
    private readonly int _text;
    private readonly byte[] _second = new byte[LogTime.FormattedLength];
    private long _secondShown = long.MinValue;

    /// <summary>Builds a block of about <paramref name="size"/> bytes.</summary>
    public FloodBlock(int length, bool timestamps, int size)
    {
        _text = timestamps ? LogTime.FormattedLength + 1 : 0;
        _width = _text + length + 1;
        Capacity = Math.Max(1, size / _width);
        _lines = new byte[Capacity * _width];
        string text = "flood 0000000000 " + new string('.', Math.Max(0, length - 17));
        byte[] line = Encoding.ASCII.GetBytes(new string(' ', _text) + text[..length] + "\n");
        for (int i = 0; i < Capacity; i++)
        {
            line.CopyTo(_lines, i * _width);
        }
    }

    /// <summary>Lines that fit.</summary>
    public int Capacity { get; }

    /// <summary>Fills the block.</summary>
    /// <param name="first">Number of the first line.</param>
    /// <param name="count">Lines, at most <see cref="Capacity"/>.</param>
    /// <param name="start">Time of line 0, in nanoseconds since the Unix epoch.</param>
    /// <param name="step">Nanoseconds from line to line. A line's time depends on its number alone, not on where its block begins: read again, it is the same.</param>
    public ReadOnlyMemory<byte> Fill(long first, int count, long start, double step)
    {
        Span<byte> number = stackalloc byte[NumberLength];
        first.TryFormat(number, out _, "D10", CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            var line = _lines.AsSpan(i * _width, _width);
            if (_text > 0)
            {
                WriteTime(line, start + (long)((first + i) * step));
            }
            number.CopyTo(line[(_text + Word.Length)..]);
            Increment(number);
        }
        return _lines.AsMemory(0, count * _width);
    }

    private void WriteTime(Span<byte> line, long time)
    {
        long second = time / LogTime.Second;
        if (second != _secondShown)
        {
            LogTime.Format(second * LogTime.Second, _second);
            _secondShown = second;
        }
        _second.AsSpan(0, SecondLength).CopyTo(line);
        uint fraction = (uint)(time - (second * LogTime.Second));
        for (int i = SecondLength + 8; i >= SecondLength; i--)
        {
            (fraction, uint digit) = Math.DivRem(fraction, 10);
            line[i] = (byte)('0' + digit);
        }
        line[SecondLength + 9] = (byte)'Z';
    }

    private static void Increment(Span<byte> number)
    {
        for (int i = number.Length - 1; i >= 0; i--)
        {
            if (++number[i] <= '9')
            {
                return;
            }
            number[i] = (byte)'0';
        }
    }
}
