using System.Diagnostics;
using System.Globalization;
using Kdd.LoadTest.Processes;

namespace Kdd.LoadTest.Paths;

/// <summary>
/// One design of the data path as a process, with its viewers. Between turns it is stopped (SIGSTOP), so that designs are measured
/// in turn and each stays warm.
/// </summary>
internal sealed class PathProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<StreamCounter> _viewers = [];
    private readonly List<Task> _reading = [];

    private PathProcess(Process process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Starts <c>Kdd.DataPath</c> or <c>Kdd.PlainDesign</c> over pods of a cluster's plain port.</summary>
    public static async Task<PathProcess> StartAsync(
        string program, ClusterProcess cluster, IEnumerable<string> pods, CancellationToken cancellationToken, params string[] options)
    {
        int port = ClusterProcess.FreePort();
        (string command, string[] arguments) = Cores.Second("dotnet",
            [Programs.PathOf(program), "--server", cluster.PlainAddress.ToString(), "--port", port.ToString(CultureInfo.InvariantCulture), "--pods", .. pods, .. options]);
        Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException($"{program} did not start");
        string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == "ready" ? new PathProcess(process, port) : throw new InvalidOperationException($"{program} said: {line}");
    }

    /// <summary>Lines that all viewers were sent so far.</summary>
    public long Lines => _viewers.Sum(viewer => viewer.Lines);

    /// <summary>Lines that a viewer was told it missed.</summary>
    public long Lost => _viewers.Sum(viewer => viewer.Lost);

    /// <summary>User and system time of the process.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Opens viewers that read as fast as they can.</summary>
    public void View(string path, int viewers = 1)
    {
        for (int i = 0; i < viewers; i++)
        {
            var counter = new StreamCounter();
            _viewers.Add(counter);
            _reading.Add(counter.ReadAsync(_http, path, _stop.Token));
        }
    }

    /// <summary>Bytes that the process has allocated so far.</summary>
    public async Task<long> AllocatedAsync(CancellationToken cancellationToken)
        => long.Parse((await _http.GetStringAsync("/figures", cancellationToken)).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Lines that the sessions of <c>Kdd.DataPath</c> have received so far, filtered ones too.</summary>
    public async Task<long> ReceivedAsync(CancellationToken cancellationToken)
        => long.Parse(await _http.GetStringAsync("/received", cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Runs until so many lines have come, and at least <paramref name="least"/>; then pauses.</summary>
    public async Task WarmUpAsync(long lines, TimeSpan least, TimeSpan most, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < least || (Lines + Lost < lines && Stopwatch.GetElapsedTime(started) < most))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        await PauseAsync();
    }

    /// <summary>Goes on, is measured, pauses.</summary>
    public async Task<Turn> TakeTurnAsync(TimeSpan settle, TimeSpan measured, CancellationToken cancellationToken)
    {
        await ResumeAsync();
        await Task.Delay(settle, TimeProvider.System, cancellationToken);
        (long lines, long lost, TimeSpan cpu, long started) = (Lines, Lost, ProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(measured, TimeProvider.System, cancellationToken);
        var turn = new Turn(Lines - lines, Lost - lost, ProcessorTime - cpu, Stopwatch.GetElapsedTime(started));
        await PauseAsync();
        return turn;
    }

    /// <summary>Asks the paused process something.</summary>
    public async Task<T> BetweenTurnsAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        await ResumeAsync();
        T answer = await ask(cancellationToken);
        await PauseAsync();
        return answer;
    }

    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_reading);
        _process.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
