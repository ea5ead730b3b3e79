namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>One running instance of a container: a process or a script.</summary>
public interface IContainer
{
    /// <summary>Completes when it has ended and all it wrote is in its log.</summary>
    Task<ContainerExit> Exited { get; }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    void Terminate();

    /// <summary>Ends it and everything it started (SIGKILL).</summary>
    void Kill();
}

/// <summary>How a container instance ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + n after signal n.</param>
/// <param name="Reason">Completed, Error, OOMKilled or StartError.</param>
/// <param name="Message">What is shown as the state's message; null for none.</param>
public sealed record ContainerExit(int ExitCode, string Reason, string? Message = null)
{
    /// <summary>The usual reason for an exit code.</summary>
    public static ContainerExit FromCode(int exitCode) => new(exitCode, exitCode == 0 ? "Completed" : "Error");
}

/// <summary>A container cannot be started: it waits with that reason.</summary>
/// <param name="reason">Reason of the waiting state, such as ErrImageNeverPull.</param>
/// <param name="message">Its message.</param>
public sealed class ContainerStartException(string reason, string message) : Exception(message)
{
    /// <summary>Reason of the waiting state.</summary>
    public string Reason { get; } = reason;
}
