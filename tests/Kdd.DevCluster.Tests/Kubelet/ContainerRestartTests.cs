using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Faults;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class ContainerRestartTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_that_exits_comes_back_with_its_end_as_last_state_and_its_log_as_the_previous_one()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("first instance");
        pod.Exit(3);
        var restarted = await pod.WaitForRestartsAsync(1);
        pod.Step(context => context.WriteLine($"restart {context.Spec.RestartCount}"));
        await LogIsAsync(pod, "", "restart 1\n");

        var status = restarted.Arr("status", "containerStatuses")![0];
        Assert.Equal((3, "Error"), (status.Int("lastState", "terminated", "exitCode"), status.Str("lastState", "terminated", "reason")));
        Assert.NotEqual(status.Str("containerID"), status.Str("lastState", "terminated", "containerID"));
        Assert.Equal("first instance\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath + "?previous=true", Cancelled));
    }

    [Fact]
    public async Task Without_a_previous_instance_previous_is_400()
    {
        await using var pod = await ScriptedPod.StartAsync();

        using var response = await pod.Cluster.Admin.GetAsync(ScriptedPod.LogPath + "?previous=true", Cancelled);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("previous terminated container \"main\" in pod \"talker\" not found",
            (await response.Content.ReadFromJsonAsync<JsonObject>(Cancelled)).Str("message"));
    }

    [Fact]
    public async Task A_follow_ends_with_its_instance_and_does_not_go_over_to_the_next()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.WriteLine("one");
        using var follow = new StreamReader(await pod.Cluster.Admin.GetStreamAsync(ScriptedPod.LogPath + "?follow=true", Cancelled));
        Assert.Equal("one", await follow.ReadLineAsync(Cancelled));

        pod.Exit(1);
        await pod.WaitForRestartsAsync(1);
        pod.WriteLine("two");

        Assert.Null(await follow.ReadLineAsync(Cancelled));
        await LogIsAsync(pod, "", "two\n");
    }

    [Fact]
    public async Task From_the_second_exit_on_it_backs_off_and_meanwhile_serves_the_log_of_the_dead_instance()
    {
        await using var pod = await ScriptedPod.StartAsync();
        pod.Exit(1);
        await pod.WaitForRestartsAsync(1);
        pod.WriteLine("last words");
        pod.Exit(2);

        var backingOff = await pod.WaitAsync(p =>
            p.Arr("status", "containerStatuses")![0].Str("state", "waiting", "reason") == "CrashLoopBackOff");

        var status = backingOff.Arr("status", "containerStatuses")![0];
        Assert.StartsWith("back-off 10s restarting failed container=main pod=talker_t1(", status.Str("state", "waiting", "message"), StringComparison.Ordinal);
        Assert.Equal(2, status.Int("lastState", "terminated", "exitCode"));
        Assert.Equal("Running", backingOff.Str("status", "phase"));
        Assert.Equal("ContainersNotReady", Condition(backingOff, "Ready").Str("reason"));
        Assert.Equal("last words\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath, Cancelled));
        Assert.Equal("last words\n", await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath + "?previous=true", Cancelled));
    }

    [Fact]
    public async Task While_both_states_are_terminated_the_older_log_is_gone_and_a_200_says_so()
    {
        var slow = new DevClusterOptions { Kubelet = new() { InitialBackOff = TimeSpan.FromMinutes(1) } };
        await using var pod = await ScriptedPod.StartAsync(new LogSettings { EndDelay = TimeSpan.Zero }, slow);
        pod.WriteLine("older");
        pod.Exit(1);
        await pod.WaitForRestartsAsync(1);
        pod.WriteLine("newer");
        var terminated = pod.WaitAsync(p => p.Arr("status", "containerStatuses")![0] is { } status
            && status.Obj("state", "terminated") is not null && status.Obj("lastState", "terminated") is not null);
        pod.Exit(1);
        string older = (await terminated).Arr("status", "containerStatuses")![0].Str("lastState", "terminated", "containerID")!;

        // The kubelet goes by its own status, which moves on to CrashLoopBackOff; the older instance's log is gone from then on too.
        string answer = await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath + "?previous=true", Cancelled);

        Assert.Contains(answer, (string[])[$"unable to retrieve container logs for {older}", "newer\n"]);
    }

    private static async Task LogIsAsync(ScriptedPod pod, string query, string expected)
    {
        string log;
        do
        {
            log = await pod.Cluster.Admin.GetStringAsync(ScriptedPod.LogPath + query, Cancelled);
        }
        while (log.Length < expected.Length);
        Assert.Equal(expected, log);
    }

    private static JsonNode? Condition(JsonObject pod, string type) =>
        pod.Arr("status", "conditions")!.Single(condition => condition.Str("type") == type);
}
