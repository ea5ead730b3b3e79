using CsCheck;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>
/// Ten thousand random fault schedules over a whole session, kubelet to viewer, each ending with the accounts of every
/// source. CsCheck prints the seed of a failure.
/// </summary>
public sealed class FaultScheduleTests
{
    [Fact]
    public void CutsAtAnyByteLoseAndRepeatNothing() => Sample(2500, Faults.Cuts | Faults.EqualTimes);

    [Fact]
    public void RestartsAreStitchedOrDeclared() => Sample(1500, Faults.Restarts | Faults.Cuts);

    [Fact]
    public void RotationsAreSurvivedOrDeclared() => Sample(1500, Faults.Rotations | Faults.Cuts);

    [Fact]
    public void RefusalsOnlyDelay() => Sample(2500, Faults.Refusals | Faults.Cuts);

    [Fact]
    public void SkewedClocksLoseNothing() => Sample(2500, Faults.Skew | Faults.Cuts | Faults.EqualTimes);

    private static void Sample(int iterations, Faults faults) => Gen.Int[1, int.MaxValue - 1].Select(Gen.Int[5, 60]).Sample(
        (seed, steps) =>
        {
            using var schedule = new FaultSchedule(seed, faults);
            schedule.Run(steps);
            schedule.Check();
        },
        iter: iterations,
        threads: 1);
}
