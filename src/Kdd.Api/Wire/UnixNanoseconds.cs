using System.Globalization;

namespace Kdd.Api.Wire;

/// <summary>
/// RFC 3339 times as nanoseconds since 1970. <see cref="DateTimeOffset"/> holds 100 ns and rounds (…123456789 becomes
/// .1234568), which would make two log lines one.
/// </summary>
public static class UnixNanoseconds
{
    public const long PerSecond = 1_000_000_000;
    private const long NanosecondsPerTick = 100;

    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * NanosecondsPerTick;

    public static DateTimeOffset ToDateTimeOffset(long unixNanoseconds)
        => DateTimeOffset.UnixEpoch.AddTicks(unixNanoseconds / NanosecondsPerTick);

    /// <summary>The start of the second that <paramref name="time"/> lies in.</summary>
    public static long FloorToSecond(long time) => time - (((time % PerSecond) + PerSecond) % PerSecond);

    /// <summary>Parses RFC 3339 text with any offset and 0 to 9 fraction digits, for years 1970 to 2261.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long time)
    {
        Span<byte> ascii = stackalloc byte[40];
        time = 0;
        return text.Length <= ascii.Length
            && System.Text.Ascii.FromUtf16(text, ascii, out int length) == System.Buffers.OperationStatus.Done
            && TryParse(ascii[..length], out time, out int consumed) && consumed == length;
    }

    /// <summary>Parses RFC 3339 at the start of <paramref name="text"/>; <paramref name="consumed"/> is the time's length.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long time, out int consumed)
    {
        time = 0;
        consumed = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':'
            || !Number(text[..4], out int year) || !Number(text[5..7], out int month) || !Number(text[8..10], out int day)
            || !Number(text[11..13], out int hour) || !Number(text[14..16], out int minute) || !Number(text[17..19], out int second)
            || year is < 1970 or > 2261 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        int at = 19;
        long fraction = 0;
        if (text[at] == '.')
        {
            long unit = PerSecond;
            int start = ++at;
            for (; at < text.Length && (uint)(text[at] - '0') <= 9; at++)
            {
                unit /= 10;
                fraction += (text[at] - '0') * unit;
            }

            if (at == start || at - start > 9)
            {
                return false;
            }
        }

        if (!Offset(text[at..], out int offsetSeconds, out int offsetLength))
        {
            return false;
        }

        long days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerDay;
        long seconds = (days * 86_400) + (hour * 3600) + (minute * 60) + second - offsetSeconds;
        time = (seconds * PerSecond) + fraction;
        consumed = at + offsetLength;
        return time >= 0;
    }

    /// <summary>Writes <c>2026-11-23T13:01:45.173661344Z</c>, always 9 digits and UTC: 30 bytes.</summary>
    public static void Format(long time, Span<byte> target)
    {
        var second = DateTimeOffset.FromUnixTimeSeconds(FloorToSecond(time) / PerSecond);
        second.UtcDateTime.TryFormat(target, out _, "yyyy-MM-dd'T'HH:mm:ss'.'", CultureInfo.InvariantCulture);
        long fraction = time - FloorToSecond(time);
        for (int i = 28; i >= 20; i--)
        {
            target[i] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }

        target[29] = (byte)'Z';
    }

    public static string Format(long time)
    {
        Span<byte> text = stackalloc byte[30];
        Format(time, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static bool Offset(ReadOnlySpan<byte> text, out int seconds, out int length)
    {
        seconds = 0;
        length = 1;
        if (text.Length > 0 && (text[0] | 0x20) == 'z')
        {
            return true;
        }

        length = 6;
        if (text.Length < 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Number(text[1..3], out int hours) || !Number(text[4..6], out int minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 3600) + (minutes * 60)) * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
