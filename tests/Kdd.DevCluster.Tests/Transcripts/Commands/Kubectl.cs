using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Commands;

/// <summary>Runs kubectl commands.</summary>
internal static partial class Kubectl
{
    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Exit, string Output, string Errors)> RunAsync(string kubeconfig, string command, string? input = null)
    {
        using var running = await StartAsync(kubeconfig, command, input);
        return await running.EndAsync();
    }

    /// <summary>Starts a command.</summary>
    public static async Task<KubectlProcess> StartAsync(string kubeconfig, string command, string? input = null)
    {
        var folder = Directory.CreateTempSubdirectory("kubectl-");
        string file = Path.Combine(folder.FullName, "config");
        await File.WriteAllTextAsync(file, kubeconfig, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec " + Quote().Replace(command, "$1'$2'"));
        start.Environment["KUBECONFIG"] = file;
        start.Environment["KUBECACHEDIR"] = Path.Combine(folder.FullName, "cache");
        start.Environment["HOME"] = folder.FullName;
        start.Environment["TZ"] = "UTC";
        var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return new KubectlProcess(process, folder);
    }

    // The recordings keep commands as their words were joined.
    [GeneratedRegex("( -p | --for=| -l )([{][^ ]+|jsonpath=[{][^ ]+|app in [(][^)]+[)])")]
    private static partial Regex Quote();
}

/// <summary>A running command.</summary>
internal sealed class KubectlProcess(Process process, DirectoryInfo folder) : IDisposable
{
    private readonly CancellationTokenSource _limit = Limit();
    private readonly Task<string> _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    private readonly List<string> _lines = [];

    // No recorded command took longer than 15 s.
    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        return limit;
    }

    /// <summary>Reads standard output until it has so many lines, or ends.</summary>
    public async Task ReadLinesAsync(int count)
    {
        while (_lines.Count < count && await process.StandardOutput.ReadLineAsync(_limit.Token) is { } line)
        {
            _lines.Add(line);
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<(int Exit, string Output, string Errors)> EndAsync()
    {
        await ReadLinesAsync(int.MaxValue);
        await process.WaitForExitAsync(_limit.Token);
        return (process.ExitCode, string.Concat(_lines.Select(line => line + "\n")), await _errors);
    }

    /// <summary>Stops a command that does not end by itself.</summary>
    /// <returns>Whether it was still running.</returns>
    public bool Stop()
    {
        bool running = !process.HasExited;
        if (running)
        {
            process.Kill();
        }

        return running;
    }

    public void Dispose()
    {
        Stop();
        process.Dispose();
        _limit.Dispose();
        folder.Delete(recursive: true);
    }
}
