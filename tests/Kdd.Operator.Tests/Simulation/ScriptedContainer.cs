using System.Text;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>One line in a log file.</summary>
internal sealed record FileLine(long Time, byte[] Message)
{
    public byte[] Bytes { get; } = [.. Encoding.ASCII.GetBytes(Kdd.Api.Wire.UnixNanoseconds.Format(Time) + " "), .. Message, (byte)'\n'];
}

/// <summary>The log of one container instance: everything it wrote, and where the file that is left begins.</summary>
internal sealed class ScriptedInstance(int restartCount, DateTimeOffset startedAt)
{
    public int RestartCount { get; } = restartCount;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public List<FileLine> Lines { get; } = [];

    /// <summary>Lines before this were rotated away.</summary>
    public int FileStart { get; set; }

    /// <summary>A line of it was handed out. What is rotated away before the first read leaves no trace that anybody could see.</summary>
    public bool WasRead { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>By the node's clock, which stamps the lines too, Unix ns.</summary>
    public long StartedAtNode { get; set; }

    public long EndedAtNode { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>A container of a pod, as a kubelet has it.</summary>
internal sealed class ScriptedContainer
{
    private readonly Simulation _simulation;

    public ScriptedContainer(Simulation simulation, string pod, string uid, string name)
    {
        _simulation = simulation;
        Pod = pod;
        Uid = uid;
        Name = name;
        Instances.Add(new ScriptedInstance(0, simulation.Time.Now) { StartedAtNode = simulation.Time.Nanoseconds });
    }

    public string Pod { get; }

    public string Uid { get; }

    public string Name { get; }

    public List<ScriptedInstance> Instances { get; } = [];

    public ScriptedInstance Current => Instances[^1];

    /// <summary>Instance before the current one; the kubelet keeps one.</summary>
    public ScriptedInstance? Previous => Instances.Count > 1 ? Instances[^2] : null;

    /// <summary>The node's clock against ours, ns.</summary>
    public long Skew { get; set; }

    /// <summary>While it has ended the status says Waiting, CrashLoopBackOff.</summary>
    public bool IsBackingOff { get; set; }

    /// <summary>The pod has a deletionTimestamp.</summary>
    public bool IsDeleting { get; set; }

    public List<ScriptedLogStream> Streams { get; } = [];

    /// <summary>What an informer was last told.</summary>
    public ContainerRecord? Told { get; private set; }

    /// <summary>Tells an informer.</summary>
    public ContainerRecord Tell() => Told = ToPod().Containers.Single();

    public void Write(string message, long? time = null)
    {
        Current.Lines.Add(new FileLine(time ?? (_simulation.Time.Nanoseconds + Skew), Encoding.UTF8.GetBytes(message)));
        Wake();
    }

    public void End()
    {
        Current.HasEnded = true;
        Current.EndedAt = _simulation.Time.Now;
        Current.EndedAtNode = _simulation.Time.Nanoseconds + Skew;
        Wake();
    }

    public void Restart()
    {
        if (!Current.HasEnded)
        {
            End();
        }

        Instances.Add(new ScriptedInstance(Current.RestartCount + 1, _simulation.Time.Now) { StartedAtNode = _simulation.Time.Nanoseconds + Skew });
    }

    public void Wake()
    {
        foreach (ScriptedLogStream stream in Streams.ToArray())
        {
            stream.Wake();
        }
    }

    /// <summary>What the pod's status says now. Its times are the node's, in whole seconds.</summary>
    public PodRecord ToPod(string @namespace = "shop")
    {
        bool waits = Current.HasEnded && IsBackingOff && !IsDeleting;
        ScriptedInstance? last = waits ? Current : Previous;
        return new()
        {
            Namespace = @namespace,
            Name = Pod,
            Uid = Uid,
            ResourceVersion = "1",
            NodeName = "node-1",
            Phase = "Running",
            Ready = !Current.HasEnded,
            DeletionTimestamp = IsDeleting ? _simulation.Time.Now : null,
            Containers =
            [
                new ContainerRecord
                {
                    Name = Name,
                    ContainerId = $"containerd://{Uid}-{Current.RestartCount}",
                    RestartCount = Current.RestartCount,
                    Phase = waits ? ContainerPhase.Waiting : Current.HasEnded ? ContainerPhase.Terminated : ContainerPhase.Running,
                    Reason = waits ? "CrashLoopBackOff" : null,
                    ExitCode = Current.HasEnded ? 0 : null,
                    StartedAt = waits ? null : Seconds(Current.StartedAtNode),
                    FinishedAt = Current.HasEnded && !waits ? Seconds(Current.EndedAtNode) : null,
                    LastTerminated = last is null
                        ? null
                        : new TerminatedRecord($"containerd://{Uid}-{last.RestartCount}", 1, "Error", Seconds(last.StartedAtNode), Seconds(last.EndedAtNode)),
                },
            ],
        };
    }

    private static DateTimeOffset Seconds(long time) => Kdd.Api.Wire.UnixNanoseconds.ToDateTimeOffset(Kdd.Api.Wire.UnixNanoseconds.FloorToSecond(time));
}
