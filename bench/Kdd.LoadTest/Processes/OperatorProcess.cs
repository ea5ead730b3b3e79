using System.Diagnostics;
using System.Globalization;

namespace Kdd.LoadTest.Processes;

/// <summary>An operator as a process beside a <see cref="ClusterProcess"/>, without a gateway.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _management;

    private OperatorProcess(Process process, string management)
    {
        _process = process;
        _management = new HttpClient { BaseAddress = new Uri(management) };
    }

    /// <summary>Bytes of memory that are resident.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<OperatorProcess> StartAsync(ClusterProcess cluster, CancellationToken cancellationToken)
    {
        // A container that restarts keeps its pod's name, and so its namespaces' owner in 10,000 statuses.
        Environment.SetEnvironmentVariable("POD_NAME", "bench");
        string management = $"127.0.0.1:{ClusterProcess.FreePort()}";
        Process process = KddProcesses.Start(
            "Kdd.Operator", "--kubeconfig", cluster.KubeconfigPath, "--namespace", "kdd-system", "--listen", $"127.0.0.1:{ClusterProcess.FreePort()}", "--management-listen", management);
        await KddProcesses.ReadyAsync($"http://{management}/readyz", cancellationToken);
        return new OperatorProcess(process, $"http://{management}");
    }

    /// <summary>Sum of a metric's samples whose labels contain <paramref name="label"/>.</summary>
    public async Task<double> MetricAsync(string name, CancellationToken cancellationToken, string label = "")
        => (await _management.GetStringAsync("/metrics", cancellationToken)).Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _management.Dispose();
    }
}
