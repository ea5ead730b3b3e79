using System.Diagnostics;
using System.Globalization;
using Kdd.LoadTest.Processes;

namespace Kdd.LoadTest.Paths;

/// <summary>
/// One design of the data path as a process. It reads only while it has its turn, each time from the logs' end, so that designs are
/// measured in turn, each stays warm, and none begins with what piled up while another had its turn.
/// </summary>
internal sealed class PathProcess : IAsyncDisposable
{
    private readonly string _program;
    private readonly Process _process;
    private readonly HttpClient _http;
    private int _turns;

    private PathProcess(string program, Process process, int port)
    {
        _program = program;
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Starts <c>Kdd.DataPath</c> or <c>Kdd.PlainDesign</c> over pods of a cluster.</summary>
    public static async Task<PathProcess> StartAsync(
        string program, Uri server, IEnumerable<string> pods, CancellationToken cancellationToken, params string[] options)
    {
        int port = ClusterProcess.FreePort();
        (string command, string[] arguments) = Cores.Second("dotnet",
            [Programs.PathOf(program), "--server", server.ToString(), "--port", port.ToString(CultureInfo.InvariantCulture), "--pods", .. pods, .. options]);
        Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException($"{program} did not start");
        string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == "ready" ? new PathProcess(program, process, port) : throw new InvalidOperationException($"{program} said: {line}");
    }

    private bool IsKdd => _program == "Kdd.DataPath";

    /// <summary>User and system time of the process.</summary>
    private TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Opens viewers that read as fast as they can, lets them settle, measures, closes them.</summary>
    public async Task<Turn> TakeTurnAsync(int viewers, TimeSpan settle, TimeSpan measured, CancellationToken cancellationToken)
    {
        string session = $"turn-{_turns++}";
        if (IsKdd)
        {
            (await _http.PutAsync($"/sessions/{session}", null, cancellationToken)).EnsureSuccessStatusCode();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        StreamCounter[] counters = [.. Enumerable.Range(0, viewers).Select(_ => new StreamCounter())];
        string path = IsKdd ? $"/internal/logviews/default/{session}/stream?tail=0" : "/stream";
        Task reading = Task.WhenAll(counters.Select(counter => counter.ReadAsync(_http, path, stop.Token)));
        await Task.Delay(settle, TimeProvider.System, cancellationToken);
        Turn before = await TakenAsync(counters, cancellationToken);
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(measured, TimeProvider.System, cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Turn after = await TakenAsync(counters, cancellationToken);
        await stop.CancelAsync();
        await reading;
        if (IsKdd)
        {
            (await _http.DeleteAsync($"/sessions/{session}", cancellationToken)).EnsureSuccessStatusCode();
        }

        return after.Since(before, elapsed);
    }

    /// <summary>Takes turns until so many lines have been delivered in all, <paramref name="most"/> at most.</summary>
    public async Task WarmUpAsync(int viewers, long lines, TimeSpan turn, int most, CancellationToken cancellationToken)
    {
        for (int i = 0; i < most && lines > 0; i++)
        {
            lines -= (await TakeTurnAsync(viewers, TimeSpan.Zero, turn, cancellationToken)).Read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<Turn> TakenAsync(StreamCounter[] viewers, CancellationToken cancellationToken)
    {
        string[] figures = (await _http.GetStringAsync("/figures", cancellationToken)).Split(' ');
        long received = IsKdd ? long.Parse(await _http.GetStringAsync("/received", cancellationToken), CultureInfo.InvariantCulture) : 0;
        return new Turn(
            viewers.Sum(viewer => viewer.Lines), viewers.Sum(viewer => viewer.Lost), received, ProcessorTime, long.Parse(figures[0], CultureInfo.InvariantCulture), default);
    }
}
