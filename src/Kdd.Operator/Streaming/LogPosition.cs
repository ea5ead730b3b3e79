namespace Kdd.Operator.Streaming;

/// <summary>How far a container's log has been read, across its instances.</summary>
internal sealed class LogPosition
{
    /// <summary>Restart count of the instance being read.</summary>
    public int Instance { get; private set; }

    /// <summary>In that instance's file.</summary>
    public ResumePoint Point { get; private set; } = new();

    /// <summary>The instance has ended and was read to its end.</summary>
    public bool InstanceComplete { get; set; }

    public static LogPosition AtStartOf(int instance) => new() { Instance = instance };

    public void MoveToStartOf(int instance)
    {
        Instance = instance;
        Point = new ResumePoint();
        InstanceComplete = false;
    }

    /// <summary>What was read turned out to be of a later instance than the pod's status said at that time.</summary>
    public void Relabel(int instance)
    {
        Instance = instance;
        InstanceComplete = false;
    }

    public LogPosition Copy() => new() { Instance = Instance, Point = Point.Copy(), InstanceComplete = InstanceComplete };
}
