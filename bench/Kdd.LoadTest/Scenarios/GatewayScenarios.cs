using System.Diagnostics;
using System.Globalization;
using Kdd.LoadTest.Processes;
using Kdd.LoadTest.Reporting;

namespace Kdd.LoadTest.Scenarios;

/// <summary>What the hop through the gateway costs, beside the operator's own cost in the same run.</summary>
internal static class GatewayScenarios
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string LogViews = "apis/kdd.dev/v1alpha1/namespaces/default/logviews";

    /// <summary>Until these are there, code is still compiled and pools still grow, which later viewers do not cost again.</summary>
    private const int FirstViewers = 1000;

    private const int IdleViewers = 2000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);

    /// <summary>After a rush both processes give memory back within ten seconds of quiet; measured alike before and after.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(16);

    public static IEnumerable<Scenario> All =>
    [
        new("gateway.hop", MeasureHopAsync),
        new("gateway.latency", MeasureLatencyAsync),
        new("gateway.idle", MeasureIdleAsync),
    ];

    /// <summary>CPU of both processes while one viewer reads a flood through them: both handle each line once.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureHopAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        await using KddProcesses kdd = await KddProcesses.StartAsync(cluster, cancellationToken);
        await FloodAsync(cluster, linesPerSecond: 20_000, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lines = new LineCounter();
        Task reading = lines.ReadAsync(kdd.Viewer, "/api/logviews/default/flood/stream?tail=0", stop.Token);

        await Task.Delay(WarmUp, TimeProvider.System, cancellationToken);
        (long count, TimeSpan ofOperator, TimeSpan ofGateway) before = (lines.Count, CpuOf(kdd.Operator), CpuOf(kdd.Gateway));
        await Task.Delay(Measured, TimeProvider.System, cancellationToken);
        double read = lines.Count - before.count;
        double operatorCost = (CpuOf(kdd.Operator) - before.ofOperator).TotalMicroseconds / read;
        double gatewayCost = (CpuOf(kdd.Gateway) - before.ofGateway).TotalMicroseconds / read;
        await stop.CancelAsync();
        await reading;
        return
        [
            new Row("gateway.hop.cpu", gatewayCost, "us/line") { Peer = "operator", PeerValue = operatorCost, Bar = Bar.AtMost(2.5) },
            new Row("gateway.hop.lines", read / Measured.TotalSeconds, "lines/s"),
        ];
    }

    /// <summary>The same lines read through the gateway and from the operator at once: how much later each comes.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureLatencyAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        await using KddProcesses kdd = await KddProcesses.StartAsync(cluster, cancellationToken);
        await FloodAsync(cluster, linesPerSecond: 200, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var through = new LineCounter();
        var direct = new LineCounter();
        Task reading = Task.WhenAll(
            through.ReadAsync(kdd.Viewer, "/api/logviews/default/flood/stream?tail=0", stop.Token),
            direct.ReadAsync(kdd.Direct, "/internal/logviews/default/flood/stream?tail=0", stop.Token));

        await Task.Delay(WarmUp, TimeProvider.System, cancellationToken);
        long first = direct.Count;
        await Task.Delay(Measured, TimeProvider.System, cancellationToken);
        await stop.CancelAsync();
        await reading;
        double[] added = [.. direct.Arrivals.Skip((int)first).Where(line => through.Times.ContainsKey(line.Key))
            .Select(line => Stopwatch.GetElapsedTime(line.Value, through.Times[line.Key]).TotalMilliseconds).Order()];
        return [new Row("gateway.hop.latency", added[added.Length / 2], "ms") { Bar = Bar.AtMost(1) }];
    }

    /// <summary>Memory of both processes for viewers of a LogView that writes nothing, and the reviews they need.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureIdleAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        await using KddProcesses kdd = await KddProcesses.StartAsync(cluster, cancellationToken);
        await FloodAsync(cluster, linesPerSecond: 0.01, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var counter = new LineCounter();
        long started = Stopwatch.GetTimestamp();
        List<Task> viewers = await OpenAsync(kdd, counter, FirstViewers, stop.Token);
        await Task.Delay(Quiet, TimeProvider.System, cancellationToken);

        (long OfOperator, long OfGateway) before = (MemoryOf(kdd.Operator), MemoryOf(kdd.Gateway));
        viewers.AddRange(await OpenAsync(kdd, counter, IdleViewers, stop.Token));
        await Task.Delay(Quiet, TimeProvider.System, cancellationToken);
        double ofOperator = (MemoryOf(kdd.Operator) - before.OfOperator) / 1024.0 / IdleViewers;
        double ofGateway = (MemoryOf(kdd.Gateway) - before.OfGateway) / 1024.0 / IdleViewers;
        double reviews = await ReviewsAsync(kdd, cancellationToken) / Math.Ceiling(Stopwatch.GetElapsedTime(started).TotalSeconds / 10);
        await stop.CancelAsync();
        await Task.WhenAll(viewers);
        return
        [
            new Row("gateway.idle.memory", ofOperator + ofGateway, "KiB/viewer") { Bar = Bar.AtMost(40) },
            new Row("gateway.idle.memory.gateway", ofGateway, "KiB/viewer"),
            new Row("gateway.idle.memory.operator", ofOperator, "KiB/viewer"),
            new Row("gateway.idle.reviews", reviews, "reviews/10s") { Bar = Bar.AtMost(2) },
        ];
    }

    /// <summary>Opens viewers one after the other, a thousand a second: what a burst of requests takes is not what an idle viewer costs.</summary>
    private static async Task<List<Task>> OpenAsync(KddProcesses kdd, LineCounter counter, int viewers, CancellationToken cancellationToken)
    {
        const int AtOnce = 10;
        var opened = new List<Task>(viewers);
        while (opened.Count < viewers)
        {
            opened.AddRange(Enumerable.Range(0, AtOnce).Select(_ => counter.ReadAsync(kdd.Viewer, "/api/logviews/default/flood/stream?tail=0", cancellationToken)));
            await Task.Delay(TimeSpan.FromMilliseconds(AtOnce), TimeProvider.System, cancellationToken);
        }

        return opened;
    }

    private static async Task FloodAsync(ClusterProcess cluster, double linesPerSecond, CancellationToken cancellationToken)
    {
        using HttpClient api = cluster.CreateHttpClient();
        string rate = linesPerSecond.ToString(CultureInfo.InvariantCulture);
        await KddProcesses.PostAsync(api, Pods,
            $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"flood"},"spec":{"containers":[{"name":"main","image":"flood","args":["--rate={{{rate}}}"]}]}}""",
            "application/json", cancellationToken);
        await KddProcesses.PostAsync(api, LogViews,
            """{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"flood"},"spec":{"workload":{"kind":"Pod","name":"flood"},"idleTimeout":"0s"}}""",
            "application/json", cancellationToken);
    }

    private static TimeSpan CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static long MemoryOf(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    private static async Task<double> ReviewsAsync(KddProcesses kdd, CancellationToken cancellationToken)
        => (await kdd.Management.GetStringAsync("/metrics", cancellationToken)).Split('\n')
            .Where(line => line.StartsWith("kdd_gateway_reviews", StringComparison.Ordinal) && line.Contains("AccessReview", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split('}')[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
}
