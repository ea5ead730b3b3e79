using System.Text;
using CsCheck;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class LogReaderTests
{
    [Fact]
    public async Task Tail_gives_the_last_lines_and_zero_gives_none()
    {
        using var log = new LogFile();
        log.Write("a\nb\nc\n");

        Assert.Equal("b\nc\n", await log.ReadTextAsync("tailLines=2"));
        Assert.Equal("", await log.ReadTextAsync("tailLines=0"));
        Assert.Equal("a\nb\nc\n", await log.ReadTextAsync("tailLines=10"));
    }

    [Fact]
    public async Task Since_is_cut_to_the_whole_second_and_inclusive()
    {
        using var log = new LogFile();
        foreach (int i in Enumerable.Range(0, 30))
        {
            log.Write($"t{i}\n");
            log.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        string read = await log.ReadTextAsync("timestamps=true&sinceTime=2026-11-23T13:00:01.95Z");

        Assert.StartsWith("2026-11-23T13:00:01.000000000Z t10\n", read, StringComparison.Ordinal);
        Assert.Equal(20, read.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Seconds_are_counted_back_from_the_nodes_clock_to_the_nanosecond()
    {
        using var log = new LogFile();
        log.Write("old\n");
        log.Clock.Advance(TimeSpan.FromMilliseconds(2100));
        log.Write("new\n");
        log.Clock.Advance(TimeSpan.FromMilliseconds(1000));

        Assert.Equal("new\n", await log.ReadTextAsync("sinceSeconds=3"));
        Assert.Equal("old\nnew\n", await log.ReadTextAsync("sinceSeconds=4"));
    }

    [Fact]
    public async Task Tail_picks_the_start_and_since_filters_after_it()
    {
        using var log = new LogFile();
        log.Write("old\n");
        log.Clock.Advance(TimeSpan.FromSeconds(10));
        log.Write("new 1\nnew 2\nnew 3\n");

        Assert.Equal("new 2\nnew 3\n", await log.ReadTextAsync("tailLines=2&sinceTime=2026-11-23T13:00:00Z"));
        Assert.Equal("new 1\nnew 2\nnew 3\n", await log.ReadTextAsync("tailLines=4&sinceTime=2026-11-23T13:00:05Z"));
    }

    [Fact]
    public async Task A_long_line_comes_whole_under_one_timestamp_but_tail_counts_its_pieces()
    {
        using var log = new LogFile();
        log.Write(new string('b', 1 << 20) + "\nend\n");

        string whole = await log.ReadTextAsync("timestamps=true");
        string tail = await log.ReadTextAsync("tailLines=2");

        Assert.Equal((1 << 20) + 31, whole.IndexOf('\n', StringComparison.Ordinal));
        Assert.Equal(new string('b', 16384) + "\nend\n", tail);
    }

    [Fact]
    public async Task Half_a_line_is_held_until_its_end_and_bears_the_time_of_its_end()
    {
        using var log = new LogFile();
        log.Write("first half...");
        log.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("", await log.ReadTextAsync(""));

        log.Write("second half\n");

        Assert.Equal("2026-11-23T13:00:03.000000000Z first half...second half\n", await log.ReadTextAsync("timestamps=true"));
    }

    [Fact]
    public async Task A_last_line_without_a_line_end_comes_without_one()
    {
        using var log = new LogFile();
        log.Write("whole\nrest");
        log.Exit();

        Assert.Equal("whole\nrest", await log.ReadTextAsync(""));
    }

    [Fact]
    public async Task Bytes_come_through_as_they_were_but_a_carriage_return_before_the_line_end()
    {
        using var log = new LogFile();
        byte[] written = [0xff, 0x00, 0x1b, (byte)'[', (byte)'\r', (byte)'x', (byte)'\n', (byte)'y', (byte)'\r', (byte)'\n'];
        log.Write(written);

        Assert.Equal([0xff, 0x00, 0x1b, (byte)'[', (byte)'\r', (byte)'x', (byte)'\n', (byte)'y', (byte)'\n'], await log.ReadAsync(""));
    }

    [Fact]
    public async Task Limit_cuts_in_the_middle_of_a_line_after_the_tail_was_picked()
    {
        using var log = new LogFile();
        log.Write("aaaa\nbbbb\ncccc\n");

        Assert.Equal("bbbb\ncc", await log.ReadTextAsync("tailLines=2&limitBytes=7"));
    }

    [Fact]
    public async Task Both_streams_come_in_the_order_of_writing()
    {
        using var log = new LogFile();
        log.Out.Add("out 1\n"u8, log.Now);
        log.Err.Add("err 1\n"u8, log.Now);
        log.Out.Add("out 2\n"u8, log.Now);
        log.Log.Publish();

        Assert.Equal("out 1\nerr 1\nout 2\n", await log.ReadTextAsync(""));
    }

    [Fact]
    public async Task A_follow_gives_what_comes_and_ends_when_the_container_ends()
    {
        using var log = new LogFile();
        log.Write("a\n");
        var text = log.FollowAsync();

        log.Write("b\n");
        log.Exit();

        Assert.Equal("a\nb\n", await text);
    }

    [Fact]
    public async Task A_follow_ends_only_after_the_end_delay()
    {
        using var log = new LogFile(new LogSettings { EndDelay = TimeSpan.FromMilliseconds(800) });
        log.Write("a\n");
        var reader = log.Open("follow=true");
        var first = await reader.ReadAtLeastAsync(2, TestContext.Current.CancellationToken);
        reader.AdvanceTo(first.Buffer.End);
        var before = log.Clock.GetUtcNow();

        log.Exit();
        var end = reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        while (!end.IsCompleted)
        {
            log.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.True((await end).IsCompleted);
        Assert.True(log.Clock.GetUtcNow() - before >= TimeSpan.FromMilliseconds(800));
    }

    [Fact]
    public async Task Rotation_loses_nothing_to_a_reader_that_keeps_up_and_all_but_the_current_file_to_a_plain_read()
    {
        using var log = new LogFile();
        var text = log.FollowAsync();
        log.Write("1\n2\n");
        log.Log.Rotate();
        log.Write("3\n");
        log.Exit();

        Assert.Equal("3\n", await log.ReadTextAsync(""));
        Assert.EndsWith("3\n", await text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_rotated_by_size_and_only_so_many_are_kept()
    {
        using var log = new LogFile(new LogSettings { MaxSize = 1000, MaxFiles = 3, MonitorInterval = TimeSpan.FromSeconds(3) });
        foreach (int _ in Enumerable.Range(0, 10))
        {
            log.Clock.Advance(TimeSpan.FromSeconds(4));
            log.Write(new string('x', 1000) + "\n");
        }

        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(log.Log.Path)!).Length);
        Assert.Equal("", await log.ReadTextAsync(""));
    }

    [Fact]
    public async Task A_stopping_kubelet_ends_a_follow_as_cleanly_as_the_container_would()
    {
        using var log = new LogFile();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        log.Write("a\n");
        var text = log.FollowAsync(stopping);

        await stopping.CancelAsync();

        Assert.Contains(await text, (string[])["", "a\n"]);
    }

    [Fact]
    public async Task A_frozen_kubelet_sends_nothing_and_then_all_it_held()
    {
        using var log = new LogFile();
        log.Gate.Set(KubeletMode.Frozen);
        var reader = log.Open("follow=true");
        log.Write("held\n");
        Assert.False(reader.TryRead(out _));

        log.Gate.Set(KubeletMode.Running);
        log.Exit();

        var read = await reader.ReadAtLeastAsync(5, TestContext.Current.CancellationToken);
        Assert.Equal("held\n", Encoding.UTF8.GetString(read.Buffer));
    }

    [Fact]
    public void Any_lines_written_in_any_pieces_are_read_back() =>
        Gen.Select(Gen.Byte[0, 255].Array[0, 200].Array[1, 20], Gen.Int[1, 64]).Sample((lines, piece) =>
        {
            using var log = new LogFile();
            byte[][] clean = [.. lines.Select(line => line.Where(b => b is not ((byte)'\n' or (byte)'\r')).ToArray())];
            byte[] all = [.. clean.SelectMany(line => line.Append((byte)'\n'))];
            foreach (byte[] chunk in all.Chunk(piece))
            {
                log.Write(chunk);
            }
            return log.ReadAsync("").GetAwaiter().GetResult().AsSpan().SequenceEqual(all);
        }, iter: 50);

    [Fact]
    public async Task Thousands_of_lines_are_read_back_from_any_tail()
    {
        using var log = new LogFile();
        string[] lines = [.. Enumerable.Range(1, 20_000).Select(i => $"line {i} {new string('.', i % 97)}")];
        log.Write(string.Join('\n', lines) + "\n");

        foreach (int tail in (int[])[1, 999, 5000, 19_999])
        {
            Assert.Equal(string.Concat(lines[^tail..].Select(line => line + "\n")), await log.ReadTextAsync($"tailLines={tail}"));
        }
        Assert.Equal(Encoding.UTF8.GetByteCount(string.Join('\n', lines)) + 1, (await log.ReadAsync("")).Length);
    }
}
