using System.Text;
using CsCheck;
using Kdd.DevCluster.Kubelet.Logs;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class LogTimeTests
{
    [Theory]
    [InlineData("2026-11-23T13:00:54.163334359Z", 1795438854163334359)]
    [InlineData("2026-11-23T13:00:56Z", 1795438856000000000)]
    [InlineData("2026-11-23T13:00:56+00:00", 1795438856000000000)]
    [InlineData("2026-11-23T15:00:56.5+02:00", 1795438856500000000)]
    public void Reads_rfc_3339_with_up_to_nine_digits_and_any_offset(string text, long expected)
    {
        Assert.True(LogTime.TryParse(Encoding.ASCII.GetBytes(text), out long nanoseconds));
        Assert.Equal(expected, nanoseconds);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-23T13:00:54Z")]
    [InlineData("2026-02-30T13:00:54Z")]
    [InlineData("2026-11-23T13:00:54")]
    [InlineData("2026-11-23T13:00:54.Z")]
    [InlineData("2026-11-23T13:00:56 00:00")]
    public void Refuses_what_is_no_time(string text) => Assert.False(LogTime.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Every_formatted_time_reads_back_to_the_nanosecond() =>
        Gen.Long[-2_000_000_000_000_000_000, 4_000_000_000_000_000_000].Sample(nanoseconds =>
        {
            byte[] text = new byte[LogTime.FormattedLength];
            LogTime.Format(nanoseconds, text);
            return LogTime.TryParse(text, out long read) && read == nanoseconds;
        });

    [Fact]
    public void Zeros_at_the_end_are_kept()
    {
        byte[] text = new byte[LogTime.FormattedLength];
        LogTime.Format(1795438856000000000, text);
        Assert.Equal("2026-11-23T13:00:56.000000000Z", Encoding.ASCII.GetString(text));
    }
}
