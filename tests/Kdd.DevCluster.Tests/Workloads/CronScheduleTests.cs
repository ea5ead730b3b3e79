using System.Globalization;
using CsCheck;
using Kdd.DevCluster.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("*/2 * * * *", "2026-11-23T13:01:30Z", "2026-11-23T13:02:00Z")]
    [InlineData("*/2 * * * *", "2026-11-23T13:02:00Z", "2026-11-23T13:04:00Z")]
    [InlineData("@hourly", "2026-11-23T13:59:59Z", "2026-11-23T14:00:00Z")]
    [InlineData("30 4 1 jan *", "2026-11-23T13:00:00Z", "2027-01-01T04:30:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-11-27T10:00:00Z", "2026-11-30T09:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-11-23T13:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 1 * 7", "2026-11-23T13:00:00Z", "2026-11-29T00:00:00Z")]
    [InlineData("5-10/5,40 1 * * *", "2026-11-23T01:10:00Z", "2026-11-23T01:40:00Z")]
    public void The_next_time_is_the_first_after(string schedule, string after, string expected) =>
        Assert.Equal(Time(expected), CronSchedule.Parse(schedule).Next(Time(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_time() => Assert.Null(CronSchedule.Parse("0 0 31 2 *").Next(Time("2026-11-23T13:00:00Z")));

    [Theory]
    [InlineData("* * * *", "expected exactly 5 fields, found 4")]
    [InlineData("60 * * * *", "field 1 takes 0 to 59")]
    [InlineData("* * 0 * *", "field 3 takes 1 to 31")]
    [InlineData("a * * * *", "failed to parse int from \"a\"")]
    [InlineData("*/0 * * * *", "out of range")]
    public void What_is_no_schedule_is_refused_by_field(string schedule, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_matching_minute_is_skipped() =>
        Gen.Select(Gen.Int[0, 59], Gen.Int[0, 23], Gen.Int[0, 100_000]).Sample((minute, hour, offset) =>
        {
            var after = Time("2026-01-01T00:00:00Z").AddMinutes(offset);
            var next = CronSchedule.Parse($"{minute} {hour} * * *").Next(after)!.Value;
            var time = after.AddMinutes(1);
            while (time.Minute != minute || time.Hour != hour)
            {
                time = time.AddMinutes(1);
            }
            return next == time;
        }, iter: 200);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
