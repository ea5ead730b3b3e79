using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kdd.LoadTest.Paths;
using Kdd.LoadTest.Processes;
using Kdd.LoadTest.Reporting;

namespace Kdd.LoadTest.Scenarios;

/// <summary>
/// What a line costs on its way from pods/log to viewers, beside the straightforward design and curl over the same plain HTTP/1.1.
/// Each on a core of its own, source and client on the other. Medians of rounds in turn; CPU is user and system time of the process a delivered line.
/// </summary>
internal static class PathScenarios
{
    private const int Rounds = 5;
    private const int LineLength = 150;

    /// <summary>With its timestamp and newline, as pods/log sends it.</summary>
    private const int LineBytes = LineLength + 32;

    /// <summary>Of a log that is read from its beginning, as fast as it can be: it grows faster than anything reads but curl.</summary>
    private const int LogRate = 6_000_000;

    /// <summary>Before them, code is still being compiled.</summary>
    private const long WarmLines = 4_000_000;

    private const int MostWarmUps = 8;

    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    public static IEnumerable<Scenario> All =>
    [
        new("path.one", MeasureOneAsync),
        new("path.merge16", token => MeasureAsync("path.merge16", pods: 16, viewers: 1, linesPerSecond: 20_000, Bar.AtMost(1.0 / 6), token)),
        new("path.viewers100", token => MeasureAsync("path.viewers100", pods: 1, viewers: 100, linesPerSecond: 10_000, Bar.AtMost(1.0 / 12), token)),
        new("path.filter", MeasureFilterAsync),
        new("path.upstream", MeasureUpstreamAsync),
    ];

    private static async Task<IReadOnlyList<Row>> MeasureOneAsync(CancellationToken cancellationToken)
    {
        await using Cores cores = await Cores.SplitAsync();
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        string[] pods = await FloodAsync(cluster, 1, LogRate, cancellationToken);
        await using PathProcess kdd = await StartAsync("Kdd.DataPath", cluster, pods, 1, cancellationToken, "--all");
        await using PathProcess plain = await StartAsync("Kdd.PlainDesign", cluster, pods, 1, cancellationToken, "--all");
        List<Turn> ofKdd = [];
        List<Turn> ofPlain = [];
        List<double> ofCurl = [];
        for (int round = 0; round < Rounds; round++)
        {
            ofKdd.Add(await kdd.TakeTurnAsync(1, Settle, Measured, cancellationToken));
            ofPlain.Add(await plain.TakeTurnAsync(1, Settle, Measured, cancellationToken));
            ofCurl.Add(await CurlAsync(cluster, pods[0], cancellationToken));
        }

        double curl = Turn.Median(ofCurl);
        return
        [
            new Row("path.one.cpu", Median(ofKdd, turn => turn.CpuPerLine), "us/line") { Peer = "plain", PeerValue = Median(ofPlain, turn => turn.CpuPerLine), Bar = Bar.AtMost(1.0 / 8) },
            new Row("path.one.lines", Median(ofKdd, turn => turn.LinesPerSecond), "lines/s") { Peer = "curl", PeerValue = curl, Bar = Bar.NotLess(0.15) },
            new Row("path.one.lines.plain", Median(ofPlain, turn => turn.LinesPerSecond), "lines/s") { Peer = "curl", PeerValue = curl },
            new Row("path.one.missed", Median(ofKdd, turn => (double)turn.Lost / turn.Read), "of the lines read"),
            new Row("path.alloc", Median(ofKdd, turn => turn.AllocatedPerLine), "B/line") { Bar = Bar.AtMost(16) },
            new Row("path.alloc.plain", Median(ofPlain, turn => turn.AllocatedPerLine), "B/line"),
        ];
    }

    private static async Task<IReadOnlyList<Row>> MeasureAsync(
        string name, int pods, int viewers, int linesPerSecond, Bar bar, CancellationToken cancellationToken)
    {
        await using Cores cores = await Cores.SplitAsync();
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        string[] names = await FloodAsync(cluster, pods, linesPerSecond, cancellationToken);
        await using PathProcess kdd = await StartAsync("Kdd.DataPath", cluster, names, viewers, cancellationToken);
        await using PathProcess plain = await StartAsync("Kdd.PlainDesign", cluster, names, viewers, cancellationToken);
        List<Turn> ofKdd = [];
        List<Turn> ofPlain = [];
        for (int round = 0; round < Rounds; round++)
        {
            ofKdd.Add(await kdd.TakeTurnAsync(viewers, Settle, Measured, cancellationToken));
            ofPlain.Add(await plain.TakeTurnAsync(viewers, Settle, Measured, cancellationToken));
        }

        return
        [
            new Row($"{name}.cpu", Median(ofKdd, turn => turn.CpuPerLine), "us/delivered line") { Peer = "plain", PeerValue = Median(ofPlain, turn => turn.CpuPerLine), Bar = bar },
            new Row($"{name}.lines", Median(ofKdd, turn => turn.LinesPerSecond), "lines/s") { Peer = "plain", PeerValue = Median(ofPlain, turn => turn.LinesPerSecond) },
            new Row($"{name}.missed", Median(ofKdd, turn => (double)turn.Lost / turn.Read), "of the lines read"),
        ];
    }

    /// <summary>Filters that keep one line in a hundred, beside no filter: what is left out is not encoded.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureFilterAsync(CancellationToken cancellationToken)
    {
        await using Cores cores = await Cores.SplitAsync();
        (string Name, string[] Options, double Bar)[] filters =
        [
            ("substring", ["--include", "mail for job"], 2),
            ("ignorecase", ["--include", "MAIL for job", "--ignore-case"], 1.3),
            ("regex", ["--include", @"mail for \w+ \d\d"], 1.3),
        ];
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        string[] pods = await FloodAsync(cluster, 1, LogRate, cancellationToken);
        List<PathProcess> designs = [];
        try
        {
            foreach (string[] options in filters.Select(filter => filter.Options).Prepend([]))
            {
                designs.Add(await StartAsync("Kdd.DataPath", cluster, pods, 1, cancellationToken, ["--all", .. options]));
            }

            List<double>[] rates = [.. designs.Select(_ => new List<double>())];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < designs.Count; i++)
                {
                    rates[i].Add((await designs[i].TakeTurnAsync(1, Settle, Measured, cancellationToken)).ReceivedPerSecond);
                }
            }

            double unfiltered = Turn.Median(rates[0]);
            return [.. filters.Select((filter, i) => new Row($"path.filter.{filter.Name}", Turn.Median(rates[i + 1]), "lines/s") { Peer = "no filter", PeerValue = unfiltered, Bar = Bar.NotLess(filter.Bar) })];
        }
        finally
        {
            foreach (PathProcess design in designs)
            {
                await design.DisposeAsync();
            }
        }
    }

    /// <summary>Every reader costs API server and kubelet 13 to 26 us a line on a real cluster: sessions over the same pods share one.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureUpstreamAsync(CancellationToken cancellationToken)
    {
        const int LogViews = 5;
        const int Viewers = 50;
        const int Pods = 3;
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        await using KddProcesses kdd = await KddProcesses.StartAsync(cluster, cancellationToken);
        await FloodAsync(cluster, Pods, linesPerSecond: 100, cancellationToken);
        using HttpClient api = cluster.CreateHttpClient();
        for (int i = 0; i < LogViews; i++)
        {
            await KddProcesses.PostAsync(api, "apis/kdd.dev/v1alpha1/namespaces/default/logviews",
                $$$"""{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"s{{{i}}}"},"spec":{"selector":{"matchLabels":{"part-of":"flood"} } } }""", "application/json", cancellationToken);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        StreamCounter[] viewers = [.. Enumerable.Range(0, Viewers).Select(_ => new StreamCounter())];
        Task reading = Task.WhenAll(viewers.Select((viewer, i) => viewer.ReadAsync(kdd.Viewer, $"/api/logviews/default/s{i % LogViews}/stream", stop.Token)));
        long started = Stopwatch.GetTimestamp();
        while (viewers.Any(viewer => viewer.Lines < 1000) && Stopwatch.GetElapsedTime(started) < MostWait)
        {
            await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        }

        using JsonDocument faults = JsonDocument.Parse(await api.GetStringAsync("devcluster/faults", cancellationToken));
        int open = faults.RootElement.GetProperty("streams").EnumerateArray().Count(stream => stream.GetRawText().Contains("\"log\"", StringComparison.Ordinal));
        int behind = viewers.Count(viewer => viewer.Lines < 1000);
        await stop.CancelAsync();
        await reading;
        return
        [
            new Row("path.upstream", open, "pods/log requests") { Bar = Bar.AtMost(Pods) },
            new Row("path.upstream.viewers", Viewers - behind, "viewers with 1,000 lines") { Bar = Bar.NotLess(Viewers) },
        ];
    }

    /// <summary>Starts a design over the plain port and warms it up.</summary>
    private static async Task<PathProcess> StartAsync(
        string program, ClusterProcess cluster, string[] pods, int viewers, CancellationToken cancellationToken, params string[] options)
    {
        PathProcess design = await PathProcess.StartAsync(program, cluster.PlainAddress, pods, cancellationToken, options);
        await design.WarmUpAsync(viewers, WarmLines, Measured, MostWarmUps, cancellationToken);
        return design;
    }

    /// <summary>Pods that write numbered lines, labelled <c>part-of: flood</c>.</summary>
    private static async Task<string[]> FloodAsync(ClusterProcess cluster, int pods, double linesPerSecond, CancellationToken cancellationToken)
    {
        using HttpClient api = cluster.CreateHttpClient();
        string rate = linesPerSecond.ToString(CultureInfo.InvariantCulture);
        string[] names = [.. Enumerable.Range(0, pods).Select(number => $"flood-{number}")];
        foreach (string name in names)
        {
            await KddProcesses.PostAsync(api, "api/v1/namespaces/default/pods",
                $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"part-of":"flood"}},"spec":{"containers":[{"name":"main","image":"flood","args":["--rate={{{rate}}}","--length={{{LineLength}}}","--text=mixed"]}]}}""",
                "application/json", cancellationToken);
        }

        // Running before anybody asks for its log.
        using HttpClient plain = new() { BaseAddress = cluster.PlainAddress };
        foreach (string name in names)
        {
            while (!(await plain.GetAsync($"{LogPath(name)}?tailLines=1", cancellationToken)).IsSuccessStatusCode)
            {
                await Task.Delay(Settle, TimeProvider.System, cancellationToken);
            }
        }

        return names;
    }

    private static string LogPath(string pod) => $"api/v1/namespaces/default/pods/{pod}/log";

    /// <returns>Lines a second, read to nowhere from the beginning of the log.</returns>
    private static async Task<double> CurlAsync(ClusterProcess cluster, string pod, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("curl",
            ["-sS", "-o", "/dev/null", "-w", "%{size_download} %{time_total}", "-m", Measured.TotalSeconds.ToString(CultureInfo.InvariantCulture),
             new Uri(cluster.PlainAddress, $"{LogPath(pod)}?timestamps=true").ToString()])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process curl = Process.Start(start) ?? throw new InvalidOperationException("curl did not start");
        string[] figures = (await curl.StandardOutput.ReadToEndAsync(cancellationToken)).Split(' ');
        await curl.WaitForExitAsync(cancellationToken);
        return double.Parse(figures[0], CultureInfo.InvariantCulture) / LineBytes / double.Parse(figures[1], CultureInfo.InvariantCulture);
    }

    private static double Median(IEnumerable<Turn> turns, Func<Turn, double> figure) => Turn.Median(turns.Select(figure));
}
