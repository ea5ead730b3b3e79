namespace Kdd.Operator.Streaming;

/// <summary>A line seen in a file of which nothing was read yet.</summary>
/// <param name="BeginsFile">It was the first.</param>
internal readonly record struct Glimpse(SeenLine Line, bool BeginsFile);

/// <summary>How far a container's log has been read, across its instances.</summary>
internal sealed class LogPosition
{
    /// <summary>Restart count of the instance being read.</summary>
    public int Instance { get; private set; }

    /// <summary>In that instance's file.</summary>
    public ResumePoint Point { get; private set; } = new();

    /// <summary>
    /// In the file that last gave a line before that one; null when there is none. The log API answers with whatever instance
    /// runs at that moment, and the status tells of it later: only such a line shows which file is read.
    /// </summary>
    public ResumePoint? Before { get; private set; }

    /// <summary>The last lines read, whichever file they were of; null before the first.</summary>
    public ResumePoint? Anchor => Point.IsEmpty ? Before : Point;

    /// <summary>
    /// What the current file was seen to hold before it was known which instance's it is. Where the file begins after it by now,
    /// lines are missing. Null once it came.
    /// </summary>
    public Glimpse? Glimpse { get; set; }

    /// <summary>The instance has ended and was read to its end.</summary>
    public bool InstanceComplete { get; set; }

    public static LogPosition AtStartOf(int instance) => new() { Instance = instance };

    public void MoveToStartOf(int instance)
    {
        Instance = instance;
        Before = Anchor;
        Point = new ResumePoint();
        InstanceComplete = false;
    }

    /// <summary>What was read turned out to be of a later instance than the pod's status said at that time.</summary>
    public void Relabel(int instance)
    {
        Instance = instance;
        Point = Anchor ?? Point;
        InstanceComplete = false;
    }

    public LogPosition Copy() => new()
    {
        Instance = Instance,
        Point = Point.Copy(),
        Before = Point.IsEmpty ? Before?.Copy() : null,
        InstanceComplete = InstanceComplete,
        Glimpse = Glimpse,
    };
}
