using System.Diagnostics;
using Kdd.LoadTest.Processes;
using Kdd.LoadTest.Reporting;

namespace Kdd.LoadTest.Scenarios;

/// <summary>
/// 10,000 LogViews at one operator, an hour old: 9,900 wait for a viewer, 100 stream and hold 1,000 lines of 200 bytes each.
/// And a burst of 1,000 more.
/// </summary>
internal static class ResourceScenarios
{
    private const int Namespaces = 20;
    private const int Idle = 9_900;
    private const int Streaming = 100;
    private const int Lines = 1_000;
    private const int LineLength = 200;
    private const int New = 20;
    private const int Burst = 1_000;
    private const int Clients = 8;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Old = TimeSpan.FromHours(-1);

    public static IEnumerable<Scenario> All =>
    [
        new("resource.scale", MeasureScaleAsync),
        new("resource.podcache", PodCacheScenario.MeasureAsync),
    ];

    private static async Task<IReadOnlyList<Row>> MeasureScaleAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken, Old);
        using HttpClient api = cluster.CreateHttpClient();
        await KddProcesses.PrepareAsync(api, cancellationToken);
        await CreatePodsAsync(api, cancellationToken);
        await ForEachAsync(Streaming, n => CreateLogViewAsync(api, $"stream-{n}", n, $"lines-{n}", always: true, cancellationToken), cancellationToken);
        await ForEachAsync(Idle, n => CreateLogViewAsync(api, $"idle-{n}", n, "quiet", always: false, cancellationToken), cancellationToken);
        await using LogViewWatch watch = await LogViewWatch.OpenAsync(api, cancellationToken);

        List<Row> rows = [];
        await using (OperatorProcess first = await OperatorProcess.StartAsync(cluster, cancellationToken))
        {
            await watch.ReadyAsync("", Idle + Streaming, cancellationToken);
            await SteadyAsync(first, cancellationToken);
        }

        long restarted = Stopwatch.GetTimestamp();
        await using OperatorProcess kdd = await OperatorProcess.StartAsync(cluster, cancellationToken);
        await SteadyAsync(kdd, cancellationToken);
        rows.Add(new Row("operator.scale.restart", Stopwatch.GetElapsedTime(restarted).TotalSeconds, "s") { Bar = Bar.AtMost(15) });

        // What the restart itself has to say is said within a few seconds.
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellationToken);
        long before = watch.Writes;
        await Task.Delay(Minute, TimeProvider.System, cancellationToken);
        rows.Add(new Row("operator.scale.writes.quiet", watch.Writes - before, "writes/min") { Bar = Bar.AtMost(0) });
        rows.Add(new Row("operator.scale.memory", kdd.Memory / 1e6, "MB") { Bar = Bar.AtMost(250) });
        rows.Add(new Row("operator.scale.ready", await MeasureNewAsync(api, watch, cancellationToken), "s") { Bar = Bar.AtMost(1) });
        rows.AddRange(await MeasureBurstAsync(api, watch, kdd, cancellationToken));
        return rows;
    }

    /// <summary>One after the other, beside the 10,000; the slowest counts.</summary>
    private static async Task<double> MeasureNewAsync(HttpClient api, LogViewWatch watch, CancellationToken cancellationToken)
    {
        double slowest = 0;
        for (int n = 0; n < New; n++)
        {
            long created = Stopwatch.GetTimestamp();
            await CreateLogViewAsync(api, $"new-{n}", n, "quiet", always: false, cancellationToken);
            await watch.ReadyAsync("new-", n + 1, cancellationToken);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(created, watch.ReadyAt[$"new-{n}"]).TotalSeconds);
        }

        return slowest;
    }

    /// <summary>All of the burst read pods that write, so that the minute after it is a busy one.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureBurstAsync(HttpClient api, LogViewWatch watch, OperatorProcess kdd, CancellationToken cancellationToken)
    {
        double events = await EventWritesAsync(kdd, cancellationToken);
        long started = Stopwatch.GetTimestamp();
        await ForEachAsync(Burst, n => CreateLogViewAsync(api, $"burst-{n}", n, "busy", always: true, cancellationToken), cancellationToken);
        await watch.ReadyAsync("burst-", Burst, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(started, watch.ReadyAt.Where(ready => ready.Key.StartsWith("burst-", StringComparison.Ordinal)).Max(ready => ready.Value)).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken);
        double most = watch.WritesOf.Where(writes => writes.Key.StartsWith("burst-", StringComparison.Ordinal)).Max(writes => writes.Value)
            + Math.Ceiling((await EventWritesAsync(kdd, cancellationToken) - events) / Burst);

        long before = watch.Writes;
        await Task.Delay(Minute, TimeProvider.System, cancellationToken);
        return
        [
            new Row("operator.scale.burst", seconds, "s") { Bar = Bar.AtMost(30) },
            new Row("operator.scale.burst.writes", most, "writes/logview") { Bar = Bar.AtMost(3) },
            new Row("operator.scale.writes.busy", (watch.Writes - before) / Minute.TotalSeconds, "writes/s") { Bar = Bar.AtMost(10) },
        ];
    }

    /// <summary>All sessions are there, and what the streaming ones hold is read again.</summary>
    private static async Task SteadyAsync(OperatorProcess kdd, CancellationToken cancellationToken)
    {
        while (await kdd.MetricAsync("kdd_sessions", cancellationToken) < Idle + Streaming
            || await kdd.MetricAsync("kdd_buffer_memory_bytes", cancellationToken) < Streaming * Lines * LineLength)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
        }
    }

    private static Task<double> EventWritesAsync(OperatorProcess kdd, CancellationToken cancellationToken)
        => kdd.MetricAsync("http_client_request_duration_seconds_count", cancellationToken, "http_request_method=\"POST\"");

    /// <summary>In each namespace a pod that says nothing and one that goes on writing; 100 that write their lines and then stay.</summary>
    private static async Task CreatePodsAsync(HttpClient api, CancellationToken cancellationToken)
    {
        for (int ns = 0; ns < Namespaces; ns++)
        {
            await KddProcesses.PostAsync(api, "api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-{{{ns}}}"}}""", "application/json", cancellationToken);
            await CreatePodAsync(api, "quiet", ns, """{"name":"main","image":"flood","args":["--rate=0.001"]}""", cancellationToken);
            await CreatePodAsync(api, "busy", ns, """{"name":"main","image":"flood","args":["--rate=2"]}""", cancellationToken);
        }

        string container = $$$"""{"name":"main","image":"busybox","command":["sh","-c"],"args":["seq -f %0{{{LineLength}}}.0f {{{Lines}}}; exec sleep infinity"]}""";
        await ForEachAsync(Streaming, n => CreatePodAsync(api, $"lines-{n}", n, container, cancellationToken), cancellationToken);
    }

    private static Task<string> CreatePodAsync(HttpClient api, string name, int n, string container, CancellationToken cancellationToken) => KddProcesses.PostAsync(
        api, $"api/v1/namespaces/team-{n % Namespaces}/pods",
        $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"restartPolicy":"Never","containers":[{{{container}}}]}}""",
        "application/json", cancellationToken);

    private static Task<string> CreateLogViewAsync(HttpClient api, string name, int n, string pod, bool always, CancellationToken cancellationToken) => KddProcesses.PostAsync(
        api, $"apis/kdd.dev/v1alpha1/namespaces/team-{n % Namespaces}/logviews",
        $$$"""{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"{{{name}}}"},"spec":{"workload":{"kind":"Pod","name":"{{{pod}}}"},"idleTimeout":"{{{(always ? "0s" : "10m")}}}"}}""",
        "application/json", cancellationToken);

    private static Task ForEachAsync(int count, Func<int, Task> create, CancellationToken cancellationToken) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken }, async (n, _) => await create(n));
}
