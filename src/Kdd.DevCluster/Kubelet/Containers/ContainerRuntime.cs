using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Kubelet.Logs;
using Kdd.DevCluster.Kubelet.Processes;
using Kdd.DevCluster.Kubelet.Volumes;

namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>
/// Starts containers by their image: a script or a command of the host that the image name was mapped to, or, for the names of
/// common base images, the host's own programs.
/// </summary>
public sealed class ContainerRuntime : IDisposable
{
    private static readonly string[] HostImages = ["busybox", "alpine", "debian", "ubuntu"];

    private readonly IReadOnlyDictionary<string, string> _commands;
    private readonly IReadOnlyDictionary<string, ContainerScript> _scripts;
    private readonly TimeProvider _timeProvider;
    private readonly Lazy<ProcessGuard> _guard = new(() => new ProcessGuard());

    /// <summary>Creates the runtime.</summary>
    /// <param name="commands">Image name to command line, words separated by spaces; a word with spaces in double quotes.</param>
    /// <param name="scripts">Image name to script.</param>
    /// <param name="timeProvider">Stamps the lines.</param>
    public ContainerRuntime(
        IReadOnlyDictionary<string, string> commands, IReadOnlyDictionary<string, ContainerScript> scripts, TimeProvider timeProvider)
    {
        _commands = commands;
        _scripts = scripts;
        _timeProvider = timeProvider;
    }

    /// <summary>Whether there is such an image.</summary>
    public bool HasImage(string image)
    {
        string name = ContainerSpec.NameOf(image);
        return _scripts.ContainsKey(name) || _commands.ContainsKey(name) || name == FloodSettings.Image || HostImages.Contains(name);
    }

    /// <summary>Starts an instance that writes to <paramref name="log"/>.</summary>
    /// <exception cref="ContainerStartException">It cannot be started.</exception>
    public IContainer Start(ContainerSpec spec, ContainerLog log)
    {
        if (_scripts.TryGetValue(spec.ImageName, out var script))
        {
            return new ScriptedContainer(script, spec, log, _timeProvider);
        }
        if (spec.ImageName == FloodSettings.Image && !_commands.ContainsKey(spec.ImageName))
        {
            return StartFlood(spec);
        }
        var (command, directory) = Resolve(spec, spec.Command, spec.Args);
        return ProcessContainer.Start(command, directory, spec, log, _guard.Value);
    }

    /// <summary>Runs a command beside a running container, as exec probes do.</summary>
    /// <returns>Its exit code; null when it took longer than <paramref name="timeout"/>.</returns>
    public async Task<int?> ExecuteAsync(ContainerSpec spec, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (resolved, directory) = Resolve(spec, command, []);
        string path = Path.Combine(spec.Root, $".exec-{Guid.NewGuid():N}");
        using var log = new ContainerLog(path, new LogSettings(), _timeProvider);
        var process = ProcessContainer.Start(resolved, directory, spec, log, _guard.Value);
        try
        {
            return (await process.Exited.WaitAsync(timeout, _timeProvider, cancellationToken)).ExitCode;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            process.Kill();
            log.Remove();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_guard.IsValueCreated)
        {
            _guard.Value.Dispose();
        }
    }

    private FloodContainer StartFlood(ContainerSpec spec)
    {
        try
        {
            return new FloodContainer(new FloodSource(FloodSettings.Parse(spec.Args), spec.Clock, _timeProvider));
        }
        catch (FormatException e)
        {
            throw new ContainerStartException("RunContainerError", e.Message);
        }
    }

    private (IReadOnlyList<string> Command, string Directory) Resolve(
        ContainerSpec spec, IReadOnlyList<string> command, IReadOnlyList<string> args)
    {
        string directory = WorkingDirectory(spec);
        Directory.CreateDirectory(directory);
        if (command.Count == 0 && _commands.TryGetValue(spec.ImageName, out string? mapped))
        {
            command = CommandWords.Split(mapped);
            directory = spec.WorkingDirectory.Length > 0 ? directory : ProgramFolder(command) ?? directory;
        }
        else if (command.Count == 0)
        {
            // The base images' entry point is their shell, which ends at once without a terminal.
            command = args.Count == 0 ? ["sh"] : [];
        }
        return ([.. command, .. args], directory);
    }

    private static string WorkingDirectory(ContainerSpec spec)
    {
        try
        {
            return spec.WorkingDirectory.Length == 0 ? spec.Root : PathBelow.Combine(spec.Root, spec.WorkingDirectory);
        }
        catch (VolumeException e)
        {
            throw new ContainerStartException("CreateContainerError", $"workingDir: {e.Message}");
        }
    }

    /// <summary>An image's WORKDIR is where its program lies; here that is the folder of the file that the command names.</summary>
    private static string? ProgramFolder(IReadOnlyList<string> command) =>
        Path.GetDirectoryName(command.LastOrDefault(word => Path.IsPathRooted(word) && File.Exists(word)));
}
