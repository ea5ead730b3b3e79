using System.Net;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class PodLifecycleTests : IAsyncLifetime
{
    private static readonly ResourceKey Pods = new("", "pods");
    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync(new()
    {
        Kubelet = new KubeletSettings
        {
            RestartDelay = TimeSpan.FromMilliseconds(20),
            InitialBackOff = TimeSpan.FromMilliseconds(20),
            VolumeRefresh = TimeSpan.FromMilliseconds(50),
            Logs = new LogSettings { EndDelay = TimeSpan.Zero },
        },
    });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("Never", "exit 0", "Succeeded")]
    [InlineData("Never", "exit 3", "Failed")]
    [InlineData("OnFailure", "[ -f once ] || { touch once; exit 3; }", "Succeeded")]
    public async Task A_pod_ends_in_the_phase_of_its_exit_codes(string policy, string script, string phase)
    {
        Create("p", Manifests.PodSpec(policy, Manifests.Shell(script)));

        var pod = await WaitAsync("p", p => p.Str("status", "phase") is "Succeeded" or "Failed");

        Assert.Equal(phase, pod.Str("status", "phase"));
        Assert.Equal(policy == "OnFailure" ? 1 : 0, pod.Arr("status", "containerStatuses")![0].Int("restartCount"));
    }

    [Fact]
    public async Task Init_containers_run_one_after_the_other_before_the_rest()
    {
        var spec = Manifests.PodSpec("Never", Manifests.Shell("echo main"));
        spec["initContainers"] = new JsonArray(
            Manifests.Shell("while [ ! -f ../../go ]; do sleep 0.05; done; echo one", "one"), Manifests.Shell("echo two", "two"));
        Create("p", spec);

        var initializing = await WaitAsync("p", p => p.Arr("status", "initContainerStatuses")?[0].Obj("state", "running") is not null);
        var (code, refused) = await LogAsync("p", "?container=main&follow=true");

        Assert.Equal("Pending", initializing.Str("status", "phase"));
        Assert.Equal("PodInitializing", initializing.Arr("status", "containerStatuses")![0].Str("state", "waiting", "reason"));
        Assert.Equal("containers with incomplete status: [one two]", Condition(initializing, "Initialized").Str("message"));
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("container \"main\" in pod \"p\" is waiting to start: PodInitializing", refused, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(FolderOf("p"), "containers", "go"), "", Cancelled);
        await WaitAsync("p", p => p.Str("status", "phase") == "Succeeded");
        Assert.Equal("one\n", (await LogAsync("p", "?container=one")).Text);
        Assert.Equal("main\n", (await LogAsync("p", "?container=main")).Text);
    }

    [Fact]
    public async Task A_sidecar_starts_first_stays_beside_and_ends_after_the_rest()
    {
        var sidecar = Manifests.Shell(Manifests.Loop, "sidecar");
        sidecar["restartPolicy"] = "Always";
        var spec = Manifests.PodSpec("Never", Manifests.Shell("echo main; sleep 0.3"));
        spec["initContainers"] = new JsonArray(sidecar);
        Create("p", spec);

        var running = await WaitAsync("p", p => p.Arr("status", "containerStatuses")?[0].Obj("state", "running") is not null);
        var ended = await WaitAsync("p", p => p.Str("status", "phase") == "Succeeded"
            && p.Arr("status", "initContainerStatuses")![0].Obj("state", "terminated") is not null);

        Assert.NotNull(running.Arr("status", "initContainerStatuses")![0].Obj("state", "running"));
        Assert.Equal(0, ended.Arr("status", "initContainerStatuses")![0].Int("restartCount"));
    }

    [Fact]
    public async Task Deletion_asks_first_and_lines_go_on_until_the_end()
    {
        Create("p", Manifests.PodSpec("Always", Manifests.Shell(
            "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")));
        await WaitAsync("p", p => p.Str("status", "phase") == "Running");
        var follow = _cluster.Admin.GetStringAsync("/api/v1/namespaces/t1/pods/p/log?follow=true", Cancelled);
        await LogIsAsync("p", "up\n");

        _cluster.Store.Delete(Pods, "t1", "p");
        var terminating = _cluster.Store.Get(Pods, "t1", "p");
        await _cluster.WaitForDeletionAsync(Pods, "t1", "p");

        Assert.NotNull(terminating!["metadata"]!["deletionTimestamp"]);
        Assert.Equal("up\nbye\n", await follow);
    }

    [Fact]
    public async Task What_does_not_listen_is_killed_after_the_grace_period_with_all_it_started()
    {
        Create("p", Manifests.PodSpec("Always", Manifests.Shell("trap '' TERM; sleep 1000 & echo $!; wait; while :; do sleep 1; done")));
        await WaitAsync("p", p => p.Str("status", "phase") == "Running");
        string child = (await LogLineAsync("p")).Trim();

        _cluster.Store.Delete(Pods, "t1", "p", new DeleteOptions { GracePeriodSeconds = 1 });
        await _cluster.WaitForDeletionAsync(Pods, "t1", "p");

        Assert.True(IsGone(child), $"process {child} is still there");
    }

    [Fact]
    public async Task An_image_that_nothing_is_mapped_to_is_not_pulled()
    {
        var never = Manifests.Shell("true");
        (never["image"], never["imagePullPolicy"]) = ("nothing:1", "Never");
        var pulled = Manifests.Shell("true");
        pulled["image"] = "nothing:1";
        Create("never", Manifests.PodSpec("Always", never));
        Create("pulled", Manifests.PodSpec("Always", pulled));

        await WaitAsync("never", p => p.Arr("status", "containerStatuses")?[0].Str("state", "waiting", "reason") == "ErrImageNeverPull");
        await WaitAsync("pulled", p => p.Arr("status", "containerStatuses")?[0].Str("state", "waiting", "reason") == "ImagePullBackOff");

        Assert.Contains("is waiting to start: ErrImageNeverPull", (await LogAsync("never", "")).Text, StringComparison.Ordinal);
        Assert.Contains("is waiting to start: trying and failing to pull image", (await LogAsync("pulled", "")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_a_node_has_no_log_yet()
    {
        var spec = Manifests.PodSpec("Always", Manifests.Shell("true"));
        spec["nodeSelector"] = new JsonObject { ["disk"] = "none" };
        Create("p", spec);

        var pod = await WaitAsync("p", p => Condition(p, "PodScheduled").Str("reason") == "Unschedulable");
        var (code, text) = await LogAsync("p", "?follow=true");

        Assert.Equal("Pending", pod.Str("status", "phase"));
        Assert.Equal((HttpStatusCode.NoContent, ""), (code, text));
    }

    [Fact]
    public async Task A_container_must_be_named_where_there_are_several_and_exist()
    {
        var spec = Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop), Manifests.Shell(Manifests.Loop, "side"));
        spec["initContainers"] = new JsonArray(Manifests.Shell("true", "init"));
        Create("p", spec);
        await WaitAsync("p", p => p.Str("status", "phase") == "Running");

        Assert.Contains("a container name must be specified for pod p, choose one of: [init main side]", (await LogAsync("p", "")).Text, StringComparison.Ordinal);
        Assert.Contains("container nope is not valid for pod p", (await LogAsync("p", "?container=nope")).Text, StringComparison.Ordinal);
        Assert.Contains("pods \"q\" not found", (await LogAsync("q", "")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_volume_source_holds_the_container_back_until_it_comes()
    {
        var container = Manifests.Shell("cat ../root/etc/config/greeting; cat etc/config/greeting");
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/config" });
        var spec = Manifests.PodSpec("Never", container);
        spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = "late" } });
        Create("p", spec);
        await WaitAsync("p", p => p.Arr("status", "containerStatuses")?[0].Str("state", "waiting", "reason") == "ContainerCreating");
        Assert.Contains("is waiting to start: ContainerCreating", (await LogAsync("p", "")).Text, StringComparison.Ordinal);

        _cluster.Store.Create(new ResourceKey("", "configmaps"), TestCluster.Json("""
            {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"late","namespace":"t1"},"data":{"greeting":"hello\n"}}
            """));

        await WaitAsync("p", p => p.Str("status", "phase") == "Succeeded");
        Assert.Equal("hello\nhello\n", (await LogAsync("p", "")).Text);
    }

    [Theory]
    [InlineData("text/event-stream", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("*/*", HttpStatusCode.OK)]
    public async Task The_log_is_plain_text_whatever_acceptable_type_was_asked_for(string accept, HttpStatusCode expected)
    {
        Create("p", Manifests.PodSpec("Never", Manifests.Shell("echo one")));
        await WaitAsync("p", p => p.Str("status", "phase") == "Succeeded");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/t1/pods/p/log") { Headers = { { "Accept", accept } } };

        using var response = await _cluster.Admin.SendAsync(request, Cancelled);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            Assert.Equal("text/plain", response.Content.Headers.ContentType?.ToString());
        }
    }

    [Fact]
    public async Task A_quiet_container_gives_its_headers_at_once()
    {
        Create("p", Manifests.PodSpec("Always", Manifests.Shell("trap 'exit 0' TERM; while :; do sleep 0.1; done")));
        await WaitAsync("p", p => p.Str("status", "phase") == "Running");

        using var response = await _cluster.Admin.GetAsync(
            "/api/v1/namespaces/t1/pods/p/log?follow=true", HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("../../escape", "/mount", null, null, "ContainerCreating")]
    [InlineData("config", "/../../../escape", null, null, "CreateContainerError")]
    [InlineData("config", "/mount", "../../escape", null, "CreateContainerError")]
    [InlineData("config", "/mount", null, "../../../escape", "CreateContainerError")]
    public async Task Paths_that_lead_out_of_their_folder_are_refused(
        string volume, string mountPath, string? subPath, string? workingDirectory, string reason)
    {
        var container = Manifests.Shell("true");
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = volume, ["mountPath"] = mountPath, ["subPath"] = subPath });
        container["workingDir"] = workingDirectory;
        var spec = Manifests.PodSpec("Never", container);
        spec["volumes"] = new JsonArray(new JsonObject { ["name"] = volume, ["emptyDir"] = new JsonObject() });
        Create("p", spec);

        await WaitAsync("p", p => p.Arr("status", "containerStatuses")?[0].Str("state", "waiting", "reason") == reason);

        Assert.Empty(Directory.GetFileSystemEntries(_cluster.Host.Directory, "*escape*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_stream_ends_after_the_servers_limit_whatever_goes_on()
    {
        await using var other = await TestCluster.StartAsync(new()
        {
            Kubelet = new KubeletSettings { Logs = new LogSettings { StreamLimit = TimeSpan.FromMilliseconds(300) } },
        });
        other.Store.Create(Pods, Manifests.Pod("p", Manifests.PodSpec("Always", Manifests.Shell(Manifests.Loop))));
        await other.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Running");

        string log = await other.Admin.GetStringAsync("/api/v1/namespaces/t1/pods/p/log?follow=true", Cancelled);

        Assert.StartsWith("line 1\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_can_be_withheld_until_the_first_byte()
    {
        await using var other = await TestCluster.StartAsync(new()
        {
            Kubelet = new KubeletSettings { Logs = new LogSettings { WithholdHeaders = true } },
        });
        other.Store.Create(Pods, Manifests.Pod("p", Manifests.PodSpec("Always", Manifests.Shell("while [ ! -f go ]; do sleep 0.05; done; echo first; sleep 100"))));
        await other.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Running");

        using var come = other.Host.Faults.Delay(Kdd.DevCluster.Faults.RequestMatch.Logs, TimeSpan.Zero, times: 1);
        var headers = other.Admin.GetAsync("/api/v1/namespaces/t1/pods/p/log?follow=true", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        await come.Met.WaitAsync(Cancelled);
        // A read that ends is answered meanwhile: headers that are not withheld would be there by then.
        Assert.Equal("", await other.Admin.GetStringAsync("/api/v1/namespaces/t1/pods/p/log", Cancelled));
        Assert.False(headers.IsCompleted);
        string root = Directory.GetDirectories(other.Host.Directory, "root", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(Path.Combine(root, "go"), "", Cancelled);

        using var response = await headers;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private void Create(string name, JsonObject spec) => _cluster.Store.Create(Pods, Manifests.Pod(name, spec));

    private Task<JsonObject> WaitAsync(string name, Func<JsonObject, bool> wanted) => _cluster.WaitAsync(Pods, "t1", name, wanted);

    private string FolderOf(string name) =>
        Directory.GetDirectories(Path.Combine(_cluster.Host.Directory, "pods"), $"t1_{name}_*").Single();

    private async Task<(HttpStatusCode Code, string Text)> LogAsync(string pod, string query)
    {
        using var response = await _cluster.Admin.GetAsync($"/api/v1/namespaces/t1/pods/{pod}/log{query}", Cancelled);
        string text = await response.Content.ReadAsStringAsync(Cancelled);
        return (response.StatusCode, response.IsSuccessStatusCode ? text : JsonNode.Parse(text).Str("message")!);
    }

    private async Task<string> LogLineAsync(string pod)
    {
        string text;
        do
        {
            text = (await LogAsync(pod, "")).Text;
        }
        while (!text.EndsWith('\n'));
        return text;
    }

    private async Task LogIsAsync(string pod, string expected) => Assert.Equal(expected, await LogLineAsync(pod));

    // A process that was killed may stay as a zombie until init reaps it.
    private static bool IsGone(string processId) =>
        !File.Exists($"/proc/{processId}/stat") || File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static JsonNode? Condition(JsonObject pod, string type) =>
        (pod.Arr("status", "conditions") ?? []).FirstOrDefault(condition => condition.Str("type") == type);
}
