using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kdd.LoadTest.Processes;
using Kdd.LoadTest.Reporting;

namespace Kdd.LoadTest.Scenarios;

/// <summary>The development cluster must not be what limits the tests that stand on it.</summary>
internal static class DevClusterScenarios
{
    private const int Objects = 10_000;
    private const int PageSize = 500;
    private const int Watchers = 20;
    private const int WritesPerSecond = 100;
    private const int Writes = 500;
    private const int FloodRounds = 3;
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    public static IEnumerable<Scenario> All =>
    [
        new("devcluster.start", MeasureStartAsync),
        new("devcluster.list", MeasureListAsync),
        new("devcluster.watch", MeasureWatchAsync),
        new("devcluster.flood", MeasureFloodAsync),
    ];

    private static async Task<IReadOnlyList<Row>> MeasureStartAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        return [new Row("devcluster.start", cluster.StartTime.TotalMilliseconds, "ms") { Bar = Bar.AtMost(1000) }];
    }

    private static async Task<IReadOnlyList<Row>> MeasureListAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: true, cancellationToken);
        using HttpClient client = cluster.CreateHttpClient();
        await Parallel.ForAsync(0, Objects, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (number, token) => await CreateAsync(client, string.Create(CultureInfo.InvariantCulture, $"object-{number:00000}"), token));

        long started = Stopwatch.GetTimestamp();
        int listed = 0;
        for (string? next = ""; next is not null;)
        {
            await using Stream body = await client.GetStreamAsync($"{ConfigMaps}?limit={PageSize}&continue={Uri.EscapeDataString(next)}", cancellationToken);
            using JsonDocument page = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            listed += page.RootElement.GetProperty("items").GetArrayLength();
            next = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out JsonElement token) && token.GetString() is { Length: > 0 } more ? more : null;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return listed >= Objects
            ? [new Row("devcluster.list10000", seconds, "s") { Bar = Bar.AtMost(1.5) }]
            : throw new InvalidOperationException($"listed {listed} of {Objects} objects");
    }

    /// <summary>curl reads a flood to nowhere; only the server's processor time counts.</summary>
    private static async Task<IReadOnlyList<Row>> MeasureFloodAsync(CancellationToken cancellationToken)
    {
        const string pod = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"flood"},
             "spec":{"restartPolicy":"Never","containers":[{"name":"flood","image":"flood","args":["--length=150","--lines=1000000000"]}]}}
            """;
        const string log = "api/v1/namespaces/default/pods/flood/log?timestamps=true&follow=true";
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: false, cancellationToken);
        using HttpClient client = cluster.CreateHttpClient();
        await PostAsync(client, "api/v1/namespaces/default/pods", pod, cancellationToken);
        await WaitUntilRunningAsync(client, "flood", cancellationToken);

        double best = 0;
        for (int round = 0; round < FloodRounds; round++)
        {
            TimeSpan before = cluster.ProcessorTime;
            ProcessStartInfo curl = new("curl", ["-sS", "-o", "/dev/null", "-w", "%{size_download}", "-m", "3", new Uri(cluster.PlainAddress, log).ToString()]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process reader = Process.Start(curl) ?? throw new InvalidOperationException("curl did not start");
            double bytes = double.Parse(await reader.StandardOutput.ReadToEndAsync(cancellationToken), CultureInfo.InvariantCulture);
            await reader.WaitForExitAsync(cancellationToken);
            if (bytes == 0)
            {
                throw new InvalidOperationException("the flood was over before it was read");
            }

            best = Math.Max(best, bytes / 1e9 / (cluster.ProcessorTime - before).TotalSeconds);
        }

        return [new Row("devcluster.flood", best, "GB per core second") { Bar = Bar.NotLess(0.5) }];
    }

    private static async Task WaitUntilRunningAsync(HttpClient client, string pod, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await client.GetAsync(
            $"api/v1/namespaces/default/pods?watch=true&fieldSelector=metadata.name%3D{pod}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using JsonDocument notification = JsonDocument.Parse(line);
            JsonElement state = notification.RootElement.GetProperty("object").GetProperty("status");
            if (state.TryGetProperty("phase", out JsonElement phase) && phase.GetString() == "Running")
            {
                return;
            }
        }
    }

    private static async Task<IReadOnlyList<Row>> MeasureWatchAsync(CancellationToken cancellationToken)
    {
        await using ClusterProcess cluster = await ClusterProcess.StartAsync(empty: true, cancellationToken);
        using HttpClient client = cluster.CreateHttpClient();
        long[] written = new long[Writes];
        Task<double[]>[] watchers = [.. Enumerable.Range(0, Watchers).Select(_ => WatchAsync(client, written, cancellationToken))];
        long first = Stopwatch.GetTimestamp();
        for (int number = 0; number < Writes; number++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)number / WritesPerSecond) - Stopwatch.GetElapsedTime(first);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, TimeProvider.System, cancellationToken);
            }

            Volatile.Write(ref written[number], Stopwatch.GetTimestamp());
            await CreateAsync(client, string.Create(CultureInfo.InvariantCulture, $"watched-{number}"), cancellationToken);
        }

        double[] latencies = [.. (await Task.WhenAll(watchers)).SelectMany(own => own).Order()];
        return
        [
            new Row("devcluster.watch.p50", latencies[latencies.Length / 2], "ms"),
            new Row("devcluster.watch.p99", latencies[(int)(latencies.Length * 0.99)], "ms") { Bar = Bar.AtMost(50) },
        ];
    }

    /// <returns>Milliseconds from the start of each write to its event; a write includes its own round trip.</returns>
    private static async Task<double[]> WatchAsync(HttpClient client, long[] written, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await client.GetAsync($"{ConfigMaps}?watch=true", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        List<double> latencies = new(written.Length);
        while (latencies.Count < written.Length && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using JsonDocument notification = JsonDocument.Parse(line);
            string name = notification.RootElement.GetProperty("object").GetProperty("metadata").GetProperty("name").GetString()!;
            if (name.StartsWith("watched-", StringComparison.Ordinal))
            {
                int number = int.Parse(name.AsSpan("watched-".Length), CultureInfo.InvariantCulture);
                latencies.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref written[number])).TotalMilliseconds);
            }
        }

        return [.. latencies];
    }

    private static Task CreateAsync(HttpClient client, string name, CancellationToken cancellationToken) => PostAsync(
        client,
        ConfigMaps,
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{"text":"{{new string('x', 200)}}"} }""",
        cancellationToken);

    private static async Task PostAsync(HttpClient client, string path, string json, CancellationToken cancellationToken)
    {
        using StringContent body = new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage response = await client.PostAsync(path, body, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
