namespace Kdd.Operator.Streaming;

/// <summary>
/// Tells from one read after the other when a backlog has been read whole, where no stream goes on from it: a body that was cut
/// ends as cleanly as the file.
/// </summary>
internal struct WholeRead
{
    /// <summary>Bodies are not cut so often in a row: the container writes faster than it is read.</summary>
    private const int MaxGrown = 8;

    private int _confirmed;
    private int _notReplayed;
    private int _grown;

    /// <summary>A file that does not bring again what was seen was rotated, and a stream that goes on from here declares it.</summary>
    public bool IsReached(in ReadOutcome outcome, InstanceReader reader)
    {
        _grown = outcome.NewLines > 0 ? _grown + 1 : 0;
        _notReplayed = outcome is { IsReplayed: true, IsCut: false } ? 0 : _notReplayed + 1;
        _confirmed = reader.IsAtEnd(outcome) && outcome.IsReplayed ? _confirmed + 1 : 0;
        return _notReplayed > 3 || _confirmed == 2 || _grown > MaxGrown;
    }
}
