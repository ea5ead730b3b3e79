using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>What became of one source's lines. Each number is counted at a place of its own, so that a lost line shows.</summary>
/// <param name="Source">The container.</param>
/// <param name="Arrived">Lines that its stream delivered.</param>
/// <param name="Waiting">Of those, lines that wait for their place in the order.</param>
/// <param name="Kept">Lines that passed the filter.</param>
/// <param name="Filtered">Lines that did not.</param>
/// <param name="Lost">Lines that a gap declared lost before they arrived, as far as their number is known.</param>
internal readonly record struct SourceAccount(ContainerKey Source, long Arrived, long Waiting, long Kept, long Filtered, long Lost)
{
    /// <summary>True at every moment.</summary>
    public bool Balances => Arrived == Waiting + Kept + Filtered;
}
