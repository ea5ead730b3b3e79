using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Runs recorded kubectl commands.</summary>
internal static partial class Kubectl
{
    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code, and standard output followed by standard error.</returns>
    public static async Task<(int Exit, string Output)> RunAsync(string kubeconfig, string command, string? input = null)
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
        var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return new KubectlProcess(process, folder);
    }

    // The recordings keep commands as their words were joined.
    [GeneratedRegex("( -p | --for=| -l )([{][^ ]+|app in [(][^)]+[)])")]
    private static partial Regex Quote();
}

/// <summary>A running command.</summary>
internal sealed class KubectlProcess(Process process, DirectoryInfo folder) : IDisposable
{
    private readonly Task<string> _errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    private readonly List<string> _lines = [];

    /// <summary>Reads lines of standard output until there are so many.</summary>
    public async Task<IReadOnlyList<string>> ReadLinesAsync(int count)
    {
        while (_lines.Count < count && await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _lines.Add(line);
        }

        return _lines;
    }

    /// <summary>Waits for the end.</summary>
    public async Task<(int Exit, string Output)> EndAsync()
    {
        await ReadLinesAsync(int.MaxValue);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(_lines.Select(line => line + "\n")) + await _errors);
    }

    /// <summary>Ends the command as the recorder did with those that never end; null when it had ended by itself.</summary>
    public async Task<string?> StopAsync()
    {
        if (process.HasExited)
        {
            return null;
        }

        process.Kill();
        return (await EndAsync()).Output;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
        folder.Delete(recursive: true);
    }
}
