using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary><c>hack/demo.sh</c> as a user starts it, on ports and in a folder of its own.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private const string ReadyPrefix = "kdd is ready: ";

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private DemoProcess(Process process, string folder)
    {
        _process = process;
        Folder = folder;
    }

    public string Folder { get; }

    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    /// <summary>The gateway's address, from the ready line.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public int ProcessId => _process.Id;

    /// <param name="settings">Environment beside the ports and the folder, which are chosen free.</param>
    public static Task<DemoProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
        => StartAsync("hack/demo.sh", settings, cancellationToken);

    /// <param name="script">One that prints the ready line and runs until SIGTERM.</param>
    public static async Task<DemoProcess> StartAsync(string script, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("kdd-demo-").FullName;
        ProcessStartInfo start = new("bash", [script])
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KDD_DIR"] = folder;
        start.Environment["KDD_PORT"] = FreePort().ToString(CultureInfo.InvariantCulture);
        start.Environment["KDD_API_PORT"] = FreePort().ToString(CultureInfo.InvariantCulture);
        start.Environment["CONFIGURATION"] = BuildConfiguration;
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        DemoProcess demo = new(Process.Start(start) ?? throw new InvalidOperationException("bash did not start"), folder);
        try
        {
            await demo.WaitUntilReadyAsync(cancellationToken);
            return demo;
        }
        catch
        {
            await demo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGTERM and waits for the exit.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        if (!_process.HasExited)
        {
            using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(cancellationToken);
        }

        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        try
        {
            await StopAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The programs beside this test program are of its own configuration: <c>artifacts/bin/PROJECT/CONFIGURATION</c>.</summary>
    private static string BuildConfiguration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
            {
                Url = new Uri(line[ReadyPrefix.Length..line.IndexOf(" (", StringComparison.Ordinal)]);
                return;
            }
        }

        await _process.WaitForExitAsync(cancellationToken);
        throw new InvalidOperationException($"the demo ended with {_process.ExitCode} before it was ready: {_errors}");
    }
}
