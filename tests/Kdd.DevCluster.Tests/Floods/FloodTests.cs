using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.DevCluster.Tests.Floods;

public sealed class FloodTests
{
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 23, 13, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_block_holds_numbered_lines_of_the_length_asked_for_under_rising_times()
    {
        var block = new FloodBlock(FloodText.Dots(40), timestamps: true, size: 4096);

        string[] lines = Encoding.ASCII.GetString(block.Fill(98, 4, 1795438859_999_999_900, step: 1).Span).TrimEnd('\n').Split('\n');

        Assert.Equal(
            [
                "2026-11-23T13:00:59.999999998Z flood 0000000098 ",
                "2026-11-23T13:00:59.999999999Z flood 0000000099 ",
                "2026-11-23T13:01:00.000000000Z flood 0000000100 ",
                "2026-11-23T13:01:00.000000001Z flood 0000000101 ",
            ],
            lines.Select(line => line[..48]));
        Assert.All(lines, line => Assert.Equal(71, line.Length));
    }

    [Fact]
    public void A_line_has_the_same_time_wherever_its_block_begins()
    {
        const double step = 1e9 / 3_000_000;
        byte[] LineOf(long number, long first) => new FloodBlock(FloodText.Dots(20), timestamps: true, size: 4096)
            .Fill(first, (int)(number - first) + 1, 1795438859_000_000_000, step)[^52..].ToArray();

        Assert.All(Enumerable.Range(0, 50), back => Assert.Equal(LineOf(100_000_001, 100_000_001), LineOf(100_000_001, 100_000_001 - back)));
    }

    [Fact]
    public void Mixed_lines_are_whole_and_the_same_wherever_a_block_begins()
    {
        string[] LinesFrom(long first) => Encoding.UTF8.GetString(
            new FloodBlock(FloodText.Mixed(150), timestamps: false, size: 8192).Fill(first, 40, 0, step: 1).Span).TrimEnd('\n').Split('\n');

        string[] lines = LinesFrom(100);

        Assert.All(lines, (line, i) => Assert.Contains($"{100 + i:D10}", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Equal(150, Encoding.UTF8.GetByteCount(line)));
        Assert.DoesNotContain('\uFFFD', string.Concat(lines));
        Assert.Equal(10, lines.Where(line => line[0] == '{').Select(line => JsonNode.Parse(line)!["level"]).Count());
        Assert.All(Enumerable.Range(0, 20), later => Assert.Equal(lines[later..], LinesFrom(100 + later)[..(40 - later)]));
    }

    [Fact]
    public async Task A_flood_with_a_rate_gives_the_same_lines_to_whoever_reads_them()
    {
        var clock = new NodeClock(Clock, TimeSpan.Zero);
        var source = new FloodSource(new FloodSettings(Length: 20, Rate: 1000, Lines: 5000), clock, Clock);
        Clock.Advance(TimeSpan.FromSeconds(6));

        string[] all = await ReadAsync(source, new PodLogOptions { Timestamps = true });
        long third = LogTime.FloorToSecond(clock.Nanoseconds) - (3 * LogTime.Second);
        string[] since = await ReadAsync(source, new PodLogOptions { Timestamps = true, SinceNanoseconds = third });
        string[] tail = await ReadAsync(source, new PodLogOptions { Timestamps = true, TailLines = 7 });

        Assert.Equal(5000, all.Length);
        Assert.Equal(Enumerable.Range(1, 5000), all.Select(line => int.Parse(line.AsSpan(37, 10), CultureInfo.InvariantCulture)));
        Assert.Equal(all[^since.Length..], since);
        Assert.InRange(since.Length, 1999, 2002);
        Assert.Equal(all[^7..], tail);
    }

    [Fact]
    public async Task A_flood_pod_is_served_on_the_plain_port_and_on_the_api_servers()
    {
        await using var cluster = await TestCluster.StartAsync(new() { PlainPort = 0 });
        cluster.Store.Create(Pods, Manifests.Pod("flood", Manifests.PodSpec("Never", new JsonObject
        {
            ["name"] = "main",
            ["image"] = "flood",
            ["args"] = new JsonArray("--lines=200000", "--length=100"),
        })));
        await cluster.WaitAsync(Pods, "t1", "flood", pod => pod.Str("status", "phase") == "Running");
        using var plain = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{cluster.Host.PlainPort}") };

        byte[] lines = await plain.GetByteArrayAsync(
            "/api/v1/namespaces/t1/pods/flood/log?timestamps=true", TestContext.Current.CancellationToken);
        using var other = await plain.GetAsync("/api/v1/namespaces/t1/pods", TestContext.Current.CancellationToken);

        Assert.Equal(200_000 * 132, lines.Length);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Theory]
    [InlineData("--rate=-1")]
    [InlineData("--length=3")]
    [InlineData("--colour=red")]
    [InlineData("--text=odd")]
    [InlineData("--length=139", "--text=mixed")]
    public void Arguments_out_of_bounds_are_named(string argument, params string[] others) =>
        Assert.StartsWith(argument, Assert.Throws<FormatException>(() => FloodSettings.Parse([argument, .. others])).Message, StringComparison.Ordinal);

    private static async Task<string[]> ReadAsync(FloodSource source, PodLogOptions options)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await source.CopyToAsync(pipe.Writer, options, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        using var all = new MemoryStream();
        await pipe.Reader.CopyToAsync(all, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(all.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
