namespace Kdd.Operator.Sessions;

/// <summary>Counts of the sources that a session no longer has.</summary>
internal readonly record struct EndedCounts(long Kept, long Filtered, long Lost)
{
    public EndedCounts Plus(SessionSource source) => new(Kept + source.Kept, Filtered + source.Filtered, Lost + source.Lost);
}
