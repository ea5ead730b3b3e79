using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>The pods of the log cases in the states that they were recorded in.</summary>
internal sealed class Scenes(LogStage stage)
{
    private const string CrashPod = "crash-5647cf8d79-6xwpv";

    /// <summary>Makes what a case stands on.</summary>
    public async Task SetAsync(TranscriptCase transcript, RecordedLog log)
    {
        string pod = transcript.Path.Split('/')[6];
        await SetPodAsync(transcript.Name, pod, log);
        await SetClusterAsync(transcript.Name);
    }

    /// <summary>The container that the lines of a pod come from.</summary>
    public static string MainOf(string pod) => pod.Split('-')[0] is "web" or "chatty" or "once" ? pod.Split('-')[0] : "main";

    private async Task SetPodAsync(string name, string pod, RecordedLog log)
    {
        switch (pod)
        {
            case DemoOutput.WebPod:
                await RunAsync(pod, "web", Web(log));
                break;
            case "nope" or "x":
                break;
            case CrashPod:
                await SetCrashAsync(pod);
                break;
            case "badimage":
                await stage.CreateAsync(pod, Spec("Always", Busybox("main", "registry.local/absent:1")), p => Waits(p, "ErrImageNeverPull"));
                break;
            case "unsched":
                var unscheduled = Spec("Always", Busybox("main"));
                unscheduled["nodeSelector"] = new JsonObject { ["no"] = "node" };
                await stage.CreateAsync(pod, unscheduled, p => p.Arr("status", "conditions")?[0].Str("reason") == "Unschedulable");
                break;
            case "initing":
                var initing = Spec("Always", Busybox("main"));
                initing["initContainers"] = new JsonArray(Busybox("init"));
                await stage.CreateAsync(pod, initing, p => Waits(p, "PodInitializing") && Init(p).Obj("state", "running") is not null);
                await stage.Container(pod, "init").WriteAsync([new("init says\n")]);
                break;
            case "creating":
                // No container mounts the volume: nothing waits for it.
                await RunAsync(pod, "main", log.Backlog, WithConfig(Spec("Never", Busybox("main"))));
                break;
            case "creating2":
                await SetCreatingAsync(name, pod);
                break;
            case "prev":
                await SetPreviousAsync(pod);
                break;
            case "restarter":
                await SetRestarterAsync(name, pod, log);
                break;
            case "outerr2":
                await RunAsync(pod, "main", OutErr(log));
                break;
            case "ticker":
                await RunAsync(pod, "main", Ticks(log), Spec("Never", Busybox("main")), exitCode: 0);
                break;
            case "longline":
                await RunAsync(pod, "main", LongLines(log), Spec("Never", Busybox("main")), exitCode: 0);
                break;
            case "binary":
                // The line end \r\n is the one thing that does not come back as it was written.
                await RunAsync(pod, "main", log.Lines.Select(line => line with { Text = line.Text.Replace("crlf line\n", "crlf line\r\n", StringComparison.Ordinal) }), Spec("Never", Busybox("main")), exitCode: 0);
                break;
            case "once-2kq8v":
                await RunAsync(pod, "once", log.Backlog, Spec("Never", Busybox("once")), exitCode: 0);
                break;
            case "delme" or "delforce":
                stage.Container(pod, "main").IgnoresTermination = true;
                await RunAsync(pod, "main", log.Backlog);
                break;
            case "bobpod":
                await RunAsync(pod, "main", [new("before\n"), .. log.Backlog], ns: "t2");
                break;
            default:
                string container = MainOf(pod);
                await RunAsync(pod, container, container == "chatty" ? Chatty(log) : log.Backlog, Spec("Always", Busybox(container)));
                break;
        }
    }

    private async Task SetClusterAsync(string name)
    {
        var faults = stage.Cluster.Host.Faults;
        switch (name)
        {
            case "log-404-kubelet-just-restarted":
                faults.SetKubelet(LogStage.Node, KubeletMode.Starting);
                break;
            case "log-follow-kubelet-down" or "log-kubelet-down-term" or "log-kubelet-down-kill" or "log-after-kubelet-term":
                faults.SetKubelet(LogStage.Node, KubeletMode.Down);
                break;
            case "log-kubelet-frozen":
                faults.SetKubelet(LogStage.Node, KubeletMode.Frozen);
                break;
            case "log-after-kubelet-kill":
                await faults.RestartKubeletAsync(LogStage.Node, TimeSpan.Zero);
                break;
            case "log-after-apiserver-kill" or "log-after-apiserver-term":
                await faults.RestartApiServerAsync(TimeSpan.Zero);
                break;
        }
    }

    /// <summary>Runs a pod of one container, which writes <paramref name="lines"/> and, with an exit code, ends.</summary>
    private async Task RunAsync(string pod, string container, IEnumerable<LogLine> lines, JsonObject? spec = null, int? exitCode = null, string ns = "t1")
    {
        await stage.CreateAsync(pod, spec ?? Spec("Always", Busybox(container)), p => p.Str("status", "phase") == "Running", ns);
        await stage.Container(pod, container).WriteAsync(lines);
        if (exitCode is { } code)
        {
            stage.Container(pod, container).Exit(code);
            await stage.WaitAsync(pod, p => p.Str("status", "phase") is "Succeeded" or "Failed", ns);
        }
    }

    // Two ends in a row: of the older instance the kubelet keeps no log.
    private async Task SetCrashAsync(string pod)
    {
        var spec = Spec("Always", Busybox("main"), Busybox("side"));
        spec["initContainers"] = new JsonArray(Busybox("init"));
        var (init, main) = (stage.Container(pod, "init"), stage.Container(pod, "main"));
        _ = init.WriteAsync([new("init start\n"), new("init done\n")]);
        init.Exit(0);
        for (int instance = 0; instance < 2; instance++)
        {
            _ = main.WriteAsync([new("main start\n"), new("main 1\n"), new("main 2\n"), new("main 3\n"), new("panic: boom\n")]);
            main.Exit(3);
        }

        await stage.CreateAsync(pod, spec, p => First(p).Int("restartCount") == 1 && First(p).Obj("state", "terminated") is not null);
    }

    private async Task SetCreatingAsync(string name, string pod)
    {
        var container = Busybox("main");
        container["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/config" });
        await stage.CreateAsync(pod, WithConfig(Spec("Always", container)), p => Waits(p, "ContainerCreating"));
        if (name == "log-404-after-delete")
        {
            stage.Cluster.Store.Delete(new ResourceKey("", "pods"), "t1", pod, DeleteOptions.Immediate);
            await stage.Cluster.WaitForDeletionAsync(new ResourceKey("", "pods"), "t1", pod);
        }
    }

    private async Task SetPreviousAsync(string pod)
    {
        await stage.CreateAsync(pod, Spec("Always", Busybox("main")), p => p.Str("status", "phase") == "Running");
        var container = stage.Container(pod, "main");
        await container.WriteAsync([new("instance 1795439178\n"), new("leaving\n")]);
        container.Exit(2);
        await stage.WaitAsync(pod, p => First(p).Int("restartCount") == 1 && First(p).Obj("state", "running") is not null);
        await container.WriteAsync([new("instance 1795439186\n")]);
    }

    private async Task SetRestarterAsync(string name, string pod, RecordedLog log)
    {
        var container = stage.Container(pod, "main");
        container.Exit(1);
        await stage.CreateAsync(pod, Spec("Always", Busybox("main")), p => First(p).Int("restartCount") == 1 && First(p).Obj("state", "running") is not null);
        await container.WriteAsync(log.Backlog);
        if (name == "log-crashloop-waiting")
        {
            container.Exit(1);
            await stage.WaitAsync(pod, p => First(p).Obj("state", "terminated") is not null);
        }
    }

    // All that came before the recorded lines, so that a tail, a limit or a time has something to leave out.
    private static IEnumerable<LogLine> Web(RecordedLog log) => log.Backlog.FirstOrDefault() is { Number: > 1 } first
        ? DemoOutput.Web(first.Number).TakeWhile(line => line.Text != first.Text).Concat(log.Backlog)
        : DemoOutput.Web(122);

    private static IEnumerable<LogLine> Chatty(RecordedLog log)
    {
        var backlog = log.Backlog.Where(line => line.Number > 0).ToList();
        return DemoOutput.Chatty(backlog[0].Number - 2000, backlog[^1].Number);
    }

    private static IEnumerable<LogLine> Ticks(RecordedLog log)
    {
        long first = LogTime.From(new DateTimeOffset(2026, 11, 23, 13, 0, 53, TimeSpan.Zero)) + 831_161_550;
        return Enumerable.Range(1, log.Lines[0].Number - 1).Select(n => new LogLine($"t{n}\n", first + ((n - 1) * 100_500_000L))).Concat(log.Lines);
    }

    private static IEnumerable<LogLine> OutErr(RecordedLog log)
    {
        var err = log.Backlog.Where(line => line.IsError).ToDictionary(line => line.Number, line => line.Time);
        // As recorded: in the first pair stderr came first.
        return Enumerable.Range(1, 32).SelectMany(n => n == 1
            ? new LogLine[] { new("err 1\n", err.GetValueOrDefault(1)), new("out 1\n") }
            : [new($"out {n}\n"), new($"err {n}\n", err.GetValueOrDefault(n))]);
    }

    private static IEnumerable<LogLine> LongLines(RecordedLog log)
    {
        long? Time(int i) => log.Timestamps ? log.Lines.Where(line => line.Time is not null).ElementAt(Math.Min(i, 1)).Time : null;
        return [new(new string('a', 102_400) + "\n", Time(0)), new("between\n", Time(1)), new(new string('b', 1_048_576) + "\n", Time(1)), new("end\n", log.Lines[^1].Time)];
    }

    private static JsonObject WithConfig(JsonObject spec)
    {
        spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = "absent" } });
        return spec;
    }

    private static JsonObject Spec(string restartPolicy, params JsonObject[] containers) => new()
    {
        ["restartPolicy"] = restartPolicy,
        ["terminationGracePeriodSeconds"] = 3,
        ["containers"] = new JsonArray([.. containers]),
    };

    private static JsonObject Busybox(string name, string image = "registry.local/busybox:1.38") => new() { ["name"] = name, ["image"] = image, ["imagePullPolicy"] = "Never" };

    private static JsonObject First(JsonObject pod) => pod.Arr("status", "containerStatuses")?[0] as JsonObject ?? [];

    private static JsonObject Init(JsonObject pod) => pod.Arr("status", "initContainerStatuses")?[0] as JsonObject ?? [];

    private static bool Waits(JsonObject pod, string reason) => First(pod).Str("state", "waiting", "reason") == reason;
}
