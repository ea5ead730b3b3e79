using System.Globalization;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Floods;

/// <summary>
/// Lines of a flood, prebuilt: only times and numbers are written anew for each block. A line is <c>[time ]text\n</c>.
/// </summary>
internal sealed class FloodBlock
{
    private const int SecondLength = 20;
    private const int NumberLength = 10;
    private readonly byte[] _lines;
    private readonly int[] _numbers;
    private readonly int _width;
    private readonly int _text;
    private readonly byte[] _second = new byte[LogTime.FormattedLength];
    private long _secondShown = long.MinValue;

    /// <summary>Builds a block of about <paramref name="size"/> bytes.</summary>
    public FloodBlock(FloodText text, bool timestamps, int size)
    {
        _text = timestamps ? LogTime.FormattedLength + 1 : 0;
        _width = _text + text.Lines[0].Length + 1;
        Capacity = Math.Max(1, size / _width);
        _numbers = [.. text.Numbers.Select(at => _text + at)];

        // As many more as there are texts, so that a block can begin with any of them.
        _lines = new byte[(Capacity + _numbers.Length) * _width];
        _lines.AsSpan().Fill((byte)' ');
        for (int i = 0; i * _width < _lines.Length; i++)
        {
            Span<byte> line = _lines.AsSpan(i * _width, _width);
            text.Lines[i % _numbers.Length].CopyTo(line[_text..]);
            line[^1] = (byte)'\n';
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
        int begin = (int)(first % _numbers.Length);
        for (int i = 0; i < count; i++)
        {
            var line = _lines.AsSpan((begin + i) * _width, _width);
            if (_text > 0)
            {
                WriteTime(line, start + (long)((first + i) * step));
            }
            number.CopyTo(line[_numbers[(begin + i) % _numbers.Length]..]);
            Increment(number);
        }
        return _lines.AsMemory(begin * _width, count * _width);
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
