using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Faults;

public sealed class StreamFaultTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_cut_in_the_middle_of_a_line()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.Cluster.Host.Faults.CutAfter(RequestMatch.Logs, bytes: 8, times: 1);
        pod.WriteLine("first");
        pod.WriteLine("second");

        var (text, ended) = await ReadToEndAsync(pod, "?follow=true");

        Assert.Equal("first\nse", text);
        Assert.IsAssignableFrom<IOException>(ended);
        Assert.Equal("first\nsecond\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath, Cancelled));
    }

    [Fact]
    public async Task Open_streams_are_cut_or_ended_at_will()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("a");
        await using var cut = await FollowAsync(pod);
        await using var ended = await FollowAsync(pod);
        Assert.Equal("a\n", await ReadAsync(cut, 2));
        Assert.Equal("a\n", await ReadAsync(ended, 2));

        Assert.Equal(2, pod.Cluster.Host.Faults.EndStreams(RequestMatch.Logs));
        Assert.Equal(0, await ended.ReadAsync(new byte[1], Cancelled));
        await using var again = await FollowAsync(pod);
        Assert.Equal("a\n", await ReadAsync(again, 2));
        Assert.Equal(1, pod.Cluster.Host.Faults.CutStreams(RequestMatch.Logs));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(again, 1));
    }

    [Fact]
    public async Task A_stalled_stream_is_silent_and_then_sends_what_it_held()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("before");
        await using var stream = await FollowAsync(pod);
        Assert.Equal("before\n", await ReadAsync(stream, 7));
        var stall = pod.Cluster.Host.Faults.Stall(RequestMatch.Logs);

        pod.WriteLine("held");
        var read = ReadAsync(stream, 5);
        await stall.Met.WaitAsync(Cancelled);
        Assert.False(read.IsCompleted);

        stall.Dispose();
        Assert.Equal("held\n", await read);
    }

    [Fact]
    public async Task Requests_fail_as_often_as_asked_with_retry_after()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("a");
        pod.Cluster.Host.Faults.Fail(RequestMatch.Logs, 429, retryAfterSeconds: 5, times: 2);

        for (int i = 0; i < 2; i++)
        {
            using var refused = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath, Cancelled);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
            Assert.Equal("TooManyRequests", (await refused.Content.ReadFromJsonAsync<JsonObject>(Cancelled)).Str("reason"));
        }
        using var served = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath, Cancelled);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task A_kubelet_that_goes_down_ends_follows_cleanly_and_answers_500_then_404()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("a");
        await using var stream = await FollowAsync(pod);
        Assert.Equal("a\n", await ReadAsync(stream, 2));

        pod.Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Down);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancelled));
        pod.WriteLine("while down");
        var down = await StatusAsync(pod);
        pod.Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Starting);
        var starting = await StatusAsync(pod);
        pod.Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Running);

        Assert.Equal((500, null), (down.Int("code"), down.Str("reason")));
        Assert.Equal(
            "Get \"https://node-1:10250/containerLogs/t1/talker/main\": dial tcp 127.0.0.1:10250: connect: connection refused", down.Str("message"));
        Assert.Equal("the server could not find the requested resource ( pods/log talker)", starting.Str("message"));
        Assert.Equal("pods/log", starting.Str("details", "kind"));
        Assert.Equal("a\nwhile down\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath, Cancelled));
    }

    [Fact]
    public async Task A_clock_that_is_off_stamps_the_lines_that_come_after()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("right");
        pod.Step(_ => pod.Cluster.Host.Faults.SetClockSkew("node-1", TimeSpan.FromHours(-1)));
        pod.WriteLine("an hour behind");
        pod.Exit(0);
        await pod.WaitForRestartsAsync(1);

        string[] lines = (await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath + "?previous=true&timestamps=true", Cancelled))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var times = lines.Select(line => DateTimeOffset.Parse(line[..30], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(times[0] - times[1], TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task The_admin_endpoint_sets_and_lifts_rules_and_others_may_not()
    {
        await using var pod = await ScriptedPod.StartAsync();
        using var anonymous = pod.Cluster.ClientFor(null);
        using var denied = await anonymous.GetAsync("/devcluster/faults", Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);

        using var added = await pod.Cluster.Admin.PostAsync("/devcluster/faults", Json("""
            {"action":"fail","status":503,"retryAfterSeconds":1,"match":{"resource":"pods","subresource":"log"}}
            """), Cancelled);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        using (var failed = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath, Cancelled))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }
        using var lifted = await pod.Cluster.Admin.DeleteAsync("/devcluster/faults", Cancelled);
        Assert.Equal(1, (await lifted.Content.ReadFromJsonAsync<JsonObject>(Cancelled)).Int("affected"));
        using var served = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath, Cancelled);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData("""{"action":"explode"}""", "action: \"explode\" is none of Fail, Delay, Hang, Cut, Stall, Expire, Garbage, Duplicate, Reorder")]
    [InlineData("""{"action":"fail","status":200}""", "status: must be an HTTP status code from 400 to 599")]
    public async Task The_admin_endpoint_names_what_is_wrong(string body, string message)
    {
        await using var cluster = await TestCluster.StartAsync();

        using var refused = await cluster.Admin.PostAsync("/devcluster/faults", Json(body), Cancelled);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(message, (await refused.Content.ReadFromJsonAsync<JsonObject>(Cancelled)).Str("message"));
    }

    [Fact]
    public async Task A_restarted_api_server_refuses_for_a_while_and_containers_live_on()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("before");
        await using var stream = await FollowAsync(pod);
        Assert.Equal("before\n", await ReadAsync(stream, 7));

        var restart = pod.Cluster.Host.Faults.RestartApiServerAsync(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(stream, 1));
        pod.WriteLine("while down");
        await restart;

        Assert.Equal("before\nwhile down\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath, Cancelled));
    }

    [Fact]
    public async Task A_black_hole_swallows_requests_and_streams_until_it_is_lifted()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("before");
        await using var stream = await FollowAsync(pod);
        Assert.Equal("before\n", await ReadAsync(stream, 7));
        var hole = pod.Cluster.Host.Faults.BlackHole();

        pod.WriteLine("held");
        var read = ReadAsync(stream, 5);
        var request = pod.Cluster.Admin.GetAsync("/version", Cancelled);
        await hole.Met.WaitAsync(Cancelled);
        Assert.False(read.IsCompleted || request.IsCompleted);

        hole.Dispose();
        Assert.Equal("held\n", await read);
        using var answer = await request;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Connections_are_asked_to_close_while_their_streams_go_on()
    {
        await using var pod = await ScriptedPod.StartAsync();
        using var client = pod.Cluster.ClientFor(pod.Cluster.Host.AdminToken);
        client.DefaultRequestVersion = HttpVersion.Version20;
        pod.WriteLine("before");
        await using var stream = await client.GetStreamAsync(ScriptedPod.LogPath + "?follow=true", Cancelled);
        Assert.Equal("before\n", await ReadAsync(stream, 7));

        Assert.InRange(pod.Cluster.Host.Faults.GoAway(), 1, 10);
        pod.WriteLine("after");

        Assert.Equal("after\n", await ReadAsync(stream, 6));
        Assert.NotEmpty(await client.GetStringAsync("/version", Cancelled));
    }

    [Fact]
    public async Task Reset_connections_break_their_streams_and_new_ones_are_served()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("before");
        await using var stream = await FollowAsync(pod);
        Assert.Equal("before\n", await ReadAsync(stream, 7));

        pod.Cluster.Host.Faults.ResetConnections();

        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(stream, 1));
        Assert.Equal("before\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath, Cancelled));
    }

    [Fact]
    public async Task Expired_tokens_are_401_and_the_volumes_hold_new_ones()
    {
        await using var pod = await ScriptedPod.StartAsync();
        string file = Path.Combine(
            Directory.GetDirectories(pod.Cluster.Host.Directory, "root", SearchOption.AllDirectories).Single(),
            "var", "run", "secrets", "kubernetes.io", "serviceaccount", "token");
        string old = await File.ReadAllTextAsync(file, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(pod, old));

        Assert.Equal(1, pod.Cluster.Host.Faults.ExpireTokens());
        string next;
        while ((next = await File.ReadAllTextAsync(file, Cancelled)) == old)
        {
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(pod, old));
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(pod, next));
    }

    private static async Task<HttpStatusCode> CodeAsync(ScriptedPod pod, string token)
    {
        using var client = pod.Cluster.ClientFor(token);
        using var response = await client.GetAsync("/api/v1/nodes", Cancelled);
        return response.StatusCode;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonObject> StatusAsync(ScriptedPod pod)
    {
        using var response = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath, Cancelled);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!;
    }

    private static async Task<Stream> FollowAsync(ScriptedPod pod) =>
        await pod.Cluster.Admin.GetStreamAsync(ScriptedPod.LogPath + "?follow=true", Cancelled);

    private static async Task<string> ReadAsync(Stream stream, int bytes)
    {
        byte[] buffer = new byte[bytes];
        await stream.ReadExactlyAsync(buffer, Cancelled);
        return Encoding.UTF8.GetString(buffer);
    }

    private static async Task<(string Text, Exception? Ended)> ReadToEndAsync(ScriptedPod pod, string query)
    {
        await using var stream = await pod.Cluster.Admin.GetStreamAsync(ScriptedPod.LogPath + query, Cancelled);
        using var text = new MemoryStream();
        try
        {
            await stream.CopyToAsync(text, Cancelled);
            return (Encoding.UTF8.GetString(text.ToArray()), null);
        }
        catch (Exception e) when (e is IOException)
        {
            return (Encoding.UTF8.GetString(text.ToArray()), e);
        }
    }
}
