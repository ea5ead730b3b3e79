using System.Globalization;

namespace Kdd.DevCluster.Workloads;

/// <summary>A cron schedule of five fields, or @hourly and the like, in UTC.</summary>
public sealed class CronSchedule
{
    private static readonly (int Least, int Most)[] Bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly ulong[] _fields;
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;

    private CronSchedule(ulong[] fields, bool anyDay, bool anyWeekday)
    {
        _fields = fields;
        _anyDay = anyDay;
        _anyWeekday = anyWeekday;
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">It is none; the message says which field.</exception>
    public static CronSchedule Parse(string text)
    {
        string[] parts = Named(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            throw new FormatException($"expected exactly 5 fields, found {parts.Length}: [{text}]");
        }
        ulong[] fields = [.. parts.Select((part, i) => Field(part, i))];
        return new CronSchedule(fields, parts[2].StartsWith('*') || parts[2] == "?", parts[4].StartsWith('*') || parts[4] == "?");
    }

    /// <summary>The first time after <paramref name="after"/>; null when there is none within five years (31 February).</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var time = new DateTimeOffset(after.UtcDateTime.Ticks - (after.UtcDateTime.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(1);
        var last = after.AddYears(5);
        while (time < last)
        {
            if (!Has(3, time.Month))
            {
                time = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
            }
            else if (!IsDay(time))
            {
                time = new DateTimeOffset(time.Date, TimeSpan.Zero).AddDays(1);
            }
            else if (!Has(1, time.Hour))
            {
                time = time.AddMinutes(60 - time.Minute);
            }
            else if (!Has(0, time.Minute))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                return time;
            }
        }
        return null;
    }

    private bool Has(int field, int value) => (_fields[field] & (1UL << value)) != 0;

    // When both day fields are restricted either one suffices, as in every cron.
    private bool IsDay(DateTimeOffset time)
    {
        bool day = Has(2, time.Day);
        bool weekday = Has(4, (int)time.DayOfWeek);
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private static string Named(string text) => text.Trim() switch
    {
        "@yearly" or "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" or "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        var other => other,
    };

    private static ulong Field(string text, int index)
    {
        ulong bits = 0;
        foreach (string part in text.Split(','))
        {
            string[] stepped = part.Split('/');
            var (least, most) = Bounds[index];
            int step = stepped.Length == 2 ? Number(stepped[1], index, text) : 1;
            if (stepped[0] is not ("*" or "?"))
            {
                string[] range = stepped[0].Split('-');
                least = Number(range[0], index, text);
                most = range.Length == 2 ? Number(range[1], index, text) : stepped.Length == 2 ? most : least;
            }
            if (least < Bounds[index].Least || most > Bounds[index].Most || least > most || step < 1 || stepped.Length > 2)
            {
                throw new FormatException($"\"{text}\" is out of range: field {index + 1} takes {Bounds[index].Least} to {Bounds[index].Most}");
            }
            for (int value = least; value <= most; value += step)
            {
                bits |= 1UL << value;
            }
        }
        return bits;
    }

    private static int Number(string text, int index, string field)
    {
        int named = index == 3 ? Array.FindIndex(Months, name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) + 1
            : index == 4 ? Array.FindIndex(Days, name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            : -1;
        if (named > 0 || (index == 4 && named == 0))
        {
            return named;
        }
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            throw new FormatException($"failed to parse int from \"{text}\" in \"{field}\"");
        }
        return index == 4 && number == 7 ? 0 : number;
    }
}
