using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>Which instance of a container <c>pods/log</c> would read now.</summary>
/// <param name="Instance">Its restart count.</param>
/// <param name="IsRunning">False: it has ended, and its log is complete.</param>
internal readonly record struct Readability(int Instance, bool IsRunning)
{
    /// <summary>Null while there is nothing to read: such a container is not asked for, the API would answer 400 or 204.</summary>
    public static Readability? Of(ContainerRecord record) => record.Phase switch
    {
        ContainerPhase.Running => new Readability(record.RestartCount, true),
        ContainerPhase.Terminated => new Readability(record.RestartCount, false),
        // CrashLoopBackOff: the last instance, which the status already counts.
        ContainerPhase.Waiting when record.LastTerminated is not null => new Readability(record.RestartCount, false),
        _ => null,
    };
}
