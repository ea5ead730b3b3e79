using System.Buffers.Text;
using System.Globalization;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>
/// Times of log records as nanoseconds since the Unix epoch. <see cref="DateTimeOffset"/> holds seven fraction digits and would
/// round the nine that a kubelet sends.
/// </summary>
public static class LogTime
{
    /// <summary>Length in bytes of a formatted time: <c>2026-11-23T13:00:54.163334359Z</c>.</summary>
    public const int FormattedLength = 30;

    /// <summary>Nanoseconds in a second.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>The time of <paramref name="time"/> in nanoseconds since the Unix epoch.</summary>
    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>Cuts <paramref name="nanoseconds"/> to the whole second, as the log API does with <c>sinceTime</c>.</summary>
    public static long FloorToSecond(long nanoseconds) => nanoseconds - (((nanoseconds % Second) + Second) % Second);

    /// <summary>Writes the time in RFC 3339 with nine fraction digits, zeros kept, in UTC.</summary>
    public static void Format(long nanoseconds, Span<byte> destination)
    {
        long second = FloorToSecond(nanoseconds);
        DateTime time = DateTime.UnixEpoch.AddTicks(second / 100);
        time.TryFormat(destination, out _, "yyyy-MM-dd'T'HH:mm:ss'.'", CultureInfo.InvariantCulture);
        long fraction = nanoseconds - second;
        for (int i = 28; i >= 20; i--)
        {
            destination[i] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }
        destination[29] = (byte)'Z';
    }

    /// <summary>Reads what <see cref="Format"/> writes; any RFC 3339 time with up to nine fraction digits and any offset.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] is not ((byte)'T' or (byte)'t'))
            || text[13] != ':' || text[16] != ':'
            || !TryNumber(text[..4], out int year) || !TryNumber(text[5..7], out int month) || !TryNumber(text[8..10], out int day)
            || !TryNumber(text[11..13], out int hour) || !TryNumber(text[14..16], out int minute)
            || !TryNumber(text[17..19], out int second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        int at = 19;
        long fraction = 0;
        if (text[at] == '.')
        {
            int digits = 0;
            for (at++; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++, digits++)
            {
                fraction = digits < 9 ? (fraction * 10) + (text[at] - '0') : fraction;
            }
            if (digits == 0)
            {
                return false;
            }
            for (; digits < 9; digits++)
            {
                fraction *= 10;
            }
        }
        if (!TryOffset(text[at..], out long offset))
        {
            return false;
        }
        long ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        nanoseconds = (ticks * 100) + fraction - offset;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out long offset)
    {
        offset = 0;
        if (text.Length == 1)
        {
            return text[0] is (byte)'Z' or (byte)'z';
        }
        if (text.Length != 6 || text[3] != ':' || text[0] is not ((byte)'+' or (byte)'-')
            || !TryNumber(text[1..3], out int hours) || !TryNumber(text[4..6], out int minutes) || hours > 24 || minutes > 59)
        {
            return false;
        }
        offset = ((hours * 3600L) + (minutes * 60L)) * Second * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out int value) =>
        Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length && text[0] is >= (byte)'0' and <= (byte)'9';
}
