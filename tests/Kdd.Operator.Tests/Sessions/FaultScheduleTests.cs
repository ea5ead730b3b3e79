using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>
/// Random fault schedules over a whole session, kubelet to reference client, each ending with the accounts of every source.
/// A failure prints its plan and the smallest one that still fails; <see cref="FaultPlan.Of"/> with the seed gives it again.
/// <c>KDD_FAULT_SEED</c> moves the seeds.
/// </summary>
public sealed class FaultScheduleTests
{
    private static readonly int First = int.TryParse(Environment.GetEnvironmentVariable("KDD_FAULT_SEED"), out int seed) ? seed : 1;

    [Fact]
    public void CutsAtAnyByteLoseAndRepeatNothing() => Run(1000, Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void RefusalsOnlyDelay() => Run(1000, Faults.Refusals | Faults.Cuts);

    [Fact]
    public void SkewedClocksLoseNothing() => Run(1000, Faults.Skew | Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void NodesWhoseClocksStepLoseNothing() => Run(1000, Faults.ClockSteps | Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void NodesWhoseClocksStepAmongOtherFaultsAreSurvivedOrDeclared() => Run(
        1000, Faults.ClockSteps | Faults.Cuts | Faults.Restarts | Faults.Rotations | Faults.Refusals | Faults.Deletions | Faults.Viewers | Faults.Idle);

    [Fact]
    public void ViewersThatVanishOrStallGetEveryLineOnce() => Run(1000, Faults.Viewers | Faults.Cuts | Faults.Refusals);

    [Fact]
    public void RestartsAreStitchedOrDeclared() => Run(1000, Faults.Restarts | Faults.Cuts);

    [Fact]
    public void RotationsAreSurvivedOrDeclared() => Run(1000, Faults.Rotations | Faults.Cuts);

    [Fact]
    public void EverythingAtOnceIsOnceInOrderOrDeclared() => Run(
        10_000,
        Faults.Cuts | Faults.Restarts | Faults.Rotations | Faults.Refusals | Faults.EqualTimes | Faults.Skew | Faults.Deletions
            | Faults.Viewers | Faults.Idle);

    [Fact]
    public void AChangeOfOwnerShowsTheReferenceClientEveryLineOnce() => Run(500, Faults.Owners | Faults.Viewers);

    [Fact]
    public void AChangeOfOwnerWhileKubeletsRefuseIsDeclared() => Run(500, Faults.Owners | Faults.Refusals);

    [Fact]
    public void AChangeOfOwnerAcrossRestartsAndSkewedClocksIsSurvivedOrDeclared() => Run(500, Faults.Owners | Faults.Restarts | Faults.Skew);

    [Fact]
    public void ChangesOfTheSpecLoseAndRepeatNothing() => Run(1000, Faults.Specs | Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void ChangesOfTheSpecAmongOtherFaultsAreSurvivedOrDeclared() => Run(
        2000, Faults.Specs | Faults.Cuts | Faults.Restarts | Faults.Rotations | Faults.Refusals | Faults.Viewers | Faults.Skew | Faults.Deletions | Faults.Idle);

    [Fact]
    public void ChangesOfTheSpecAndOfTheOwnerShowTheReferenceClientEveryLineOnce() => Run(500, Faults.Specs | Faults.Owners | Faults.Viewers);

    [Fact]
    public void AChangeOfOwnerWhileStreamsAreCutIsSurvived() => Run(1000, Faults.Owners | Faults.Cuts | Faults.Viewers | Faults.Idle);

    [Fact]
    public void AChangeOfOwnerWhereTimesStepBackLosesNothing() => Run(1000, Faults.Owners | Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void AChangeOfOwnerAcrossRestartsAndRotationsIsSurvivedOrDeclared()
        => Run(1000, Faults.Owners | Faults.Cuts | Faults.Restarts | Faults.Rotations);

    [Fact]
    public void AChangeOfOwnerWhileKubeletsRefuseAndStreamsAreCutIsSurvivedOrDeclared()
        => Run(1000, Faults.Owners | Faults.Cuts | Faults.Restarts | Faults.Refusals);

    [Fact]
    public void AChangeOfOwnerWhilePodsAreDeletedAndKubeletsRefuseIsDeclared() => Run(1000, Faults.Owners | Faults.Deletions | Faults.Refusals);

    private static void Run(int schedules, Faults faults)
    {
        for (int i = 0; i < schedules; i++)
        {
            FaultSchedule.Run(FaultPlan.Of(First + i, faults));
        }
    }
}
