using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kdd.Kubernetes;

namespace Kdd.LoadTest.Processes;

/// <summary>DevCluster as a process of its own, on loopback, with its state in a temporary folder.</summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ClusterProcess(Process process, string folder, TimeSpan startTime, int plainPort)
    {
        PlainAddress = new Uri($"http://127.0.0.1:{plainPort}/");
        _process = process;
        _folder = folder;
        StartTime = startTime;
    }

    /// <summary>Where floods are served without TLS.</summary>
    public Uri PlainAddress { get; }

    /// <summary>Processor time that the process has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan StartTime { get; }

    /// <param name="empty">API server alone.</param>
    /// <param name="clockOffset">Of the cluster's clock; negative makes what is created now look old.</param>
    public static async Task<ClusterProcess> StartAsync(bool empty, CancellationToken cancellationToken, TimeSpan clockOffset = default)
    {
        string folder = Directory.CreateTempSubdirectory("kdd-bench-").FullName;
        int plainPort = FreePort();
        List<string> arguments =
        [
            Programs.PathOf("Kdd.DevCluster"), "--port", FreePort().ToString(CultureInfo.InvariantCulture),
            "--kubeconfig", Path.Combine(folder, "kubeconfig"), "--dir", Path.Combine(folder, "cluster"),
            "--plain-port", plainPort.ToString(CultureInfo.InvariantCulture),
            "--clock-offset", clockOffset.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        if (empty)
        {
            arguments.Add("--empty");
        }

        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("DevCluster did not start");
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("DevCluster is ready", StringComparison.Ordinal))
            {
                return new ClusterProcess(process, folder, Stopwatch.GetElapsedTime(started), plainPort);
            }
        }

        throw new InvalidOperationException("DevCluster ended before it was ready");
    }

    public string KubeconfigPath => Path.Combine(_folder, "kubeconfig");

    public HttpClient CreateHttpClient() => ClusterConnection.FromKubeconfig(KubeconfigPath).CreateHttpClient();

    public async ValueTask DisposeAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
