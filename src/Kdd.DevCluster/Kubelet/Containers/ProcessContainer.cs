using System.Diagnostics;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Kubelet.Processes;

namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>
/// A container that is a child process in a session of its own: what it starts belongs to its process group and ends with it, as in
/// a PID namespace.
/// </summary>
internal sealed class ProcessContainer : IContainer
{
    // After the main process the rest of its group is killed, so the pipes close at once; a process that left the group may hold them.
    private static readonly TimeSpan PipeLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ContainerLog _log;
    private readonly ProcessGuard _guard;
    private readonly NodeClock _clock;
    private readonly int _processId;
    private readonly Lock _lock = new();

    private ProcessContainer(Process process, ContainerLog log, ProcessGuard guard, NodeClock clock)
    {
        _process = process;
        _processId = process.Id;
        _log = log;
        _guard = guard;
        _clock = clock;
        var pumps = Task.WhenAll(
            Pump(process.StandardOutput.BaseStream, OutputStream.Stdout), Pump(process.StandardError.BaseStream, OutputStream.Stderr));
        Exited = WaitAsync(pumps);
    }

    public Task<ContainerExit> Exited { get; }

    /// <summary>The main process; also the id of the group.</summary>
    public int ProcessId => _processId;

    /// <summary>Starts a process.</summary>
    /// <exception cref="ContainerStartException">The program does not exist or cannot be run.</exception>
    public static ProcessContainer Start(
        IReadOnlyList<string> command, string workingDirectory, ContainerSpec spec, ContainerLog log, ProcessGuard guard)
    {
        string path = spec.Environment.GetValueOrDefault("PATH") ?? "";
        string program = HostPrograms.Find(command[0], path, workingDirectory)
            ?? throw new ContainerStartException(
                "RunContainerError", $"exec: \"{command[0]}\": executable file not found in $PATH");
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start) ?? throw new ContainerStartException("RunContainerError", $"{program} did not start");
        guard.Add(process.Id);
        process.StandardInput.Dispose();
        return new ProcessContainer(process, log, guard, spec.Clock);
    }

    public void Terminate() => Signals.Send(_processId, Signals.Terminate);

    public void Kill()
    {
        Signals.SendToGroup(_processId, Signals.Kill);
        // In its first moment, before setsid has run, it leads no group.
        Signals.Send(_processId, Signals.Kill);
    }

    private async Task<ContainerExit> WaitAsync(Task pumps)
    {
        await _process.WaitForExitAsync();
        Signals.SendToGroup(_processId, Signals.Kill);
        _guard.Remove(_processId);
        await Task.WhenAny(pumps, Task.Delay(PipeLimit, TimeProvider.System));
        lock (_lock)
        {
            _log.Complete();
        }
        int exitCode = _process.ExitCode;
        _process.Dispose();
        return ContainerExit.FromCode(exitCode);
    }

    /// <summary>A thread for each pipe: reads of pipes block, and would hold threads of the pool that everything else needs.</summary>
    private Task Pump(Stream pipe, OutputStream stream)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => CopyToLog(pipe, new RecordSplitter(_log, stream), done), maxStackSize: 256 * 1024)
        {
            IsBackground = true,
            Name = $"log {_processId} {stream}",
        };
        thread.Start();
        return done.Task;
    }

    private void CopyToLog(Stream pipe, RecordSplitter splitter, TaskCompletionSource done)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int read = pipe.Read(buffer); read > 0; read = pipe.Read(buffer))
            {
                lock (_lock)
                {
                    splitter.Add(buffer.AsSpan(0, read), _clock.Nanoseconds);
                    _log.Publish();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe was closed under a process that left the group.
        }
        lock (_lock)
        {
            splitter.End(_clock.Nanoseconds);
            _log.Publish();
        }
        done.SetResult();
    }
}
