using System.Buffers;
using System.Globalization;

namespace Kdd.DevCluster.Quantities;

/// <summary>Durations as Go writes them: 1h30m, 100ms.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Ticks)[] Units =
    [
        ("ns", 0.01), ("us", 10), ("µs", 10), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Parses Go's time.ParseDuration syntax.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return true;
        }

        double ticks = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAnyExcept(Digits);
            if (length <= 0 || !double.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            rest = rest[length..];
            var unitLength = rest.IndexOfAny(Digits);
            var unit = (unitLength < 0 ? rest : rest[..unitLength]).ToString();
            var known = Array.FindIndex(Units, u => u.Unit == unit);
            if (known < 0)
            {
                return false;
            }

            ticks += value * Units[known].Ticks;
            rest = rest[unit.Length..];
        }

        if (ticks > TimeSpan.MaxValue.Ticks / 2d)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }
}
