namespace Kdd.Operator.Tests.Simulation;

/// <summary>What a schedule may do besides writing.</summary>
[Flags]
internal enum Faults
{
    None = 0,
    Cuts = 1,
    Restarts = 2,
    Rotations = 4,
    Refusals = 8,
    EqualTimes = 16,
    Skew = 32,
    ClockSteps = 64,
    Deletions = 128,

    /// <summary>Viewers that vanish, come back with their cursor, or stop reading for a while.</summary>
    Viewers = 256,

    /// <summary>The namespace goes over to another replica, and back.</summary>
    Owners = 512,

    /// <summary>Nobody watches for longer than <c>idleTimeout</c>.</summary>
    Idle = 1024,

    /// <summary>The LogView's spec changes in ways that leave every line wanted.</summary>
    Specs = 2048,
}

/// <summary>One thing that happens in a schedule.</summary>
internal enum FaultKind
{
    Write,
    Wait,
    ShowPods,
    Cut,
    Restart,
    Rotate,
    Refuse,
    AddPod,
    DeletePod,
    StepClock,
    LeaveViewer,
    StallViewer,
    ChangeOwner,
    Idle,
    ChangeSpec,
}

/// <param name="Kind">What happens.</param>
/// <param name="Seed">Of everything random about it, so that a step stays what it is when others are left out.</param>
internal readonly record struct FaultStep(FaultKind Kind, int Seed);

/// <summary>What will happen in one schedule: drawn from a seed, and made smaller when it fails.</summary>
internal sealed record FaultPlan(int Seed, Faults Faults, IReadOnlyList<FaultStep> Steps)
{
    private static readonly (FaultKind Kind, int Weight, Faults Needs)[] Weights =
    [
        (FaultKind.Write, 50, Faults.None),
        (FaultKind.Wait, 20, Faults.None),
        (FaultKind.ShowPods, 6, Faults.None),
        (FaultKind.Cut, 10, Faults.Cuts),
        (FaultKind.Restart, 5, Faults.Restarts),
        (FaultKind.Rotate, 3, Faults.Rotations),
        (FaultKind.Refuse, 4, Faults.Refusals),
        (FaultKind.AddPod, 1, Faults.Deletions),
        (FaultKind.DeletePod, 1, Faults.Deletions),
        (FaultKind.StepClock, 2, Faults.ClockSteps),
        (FaultKind.LeaveViewer, 4, Faults.Viewers),
        (FaultKind.StallViewer, 2, Faults.Viewers),
        (FaultKind.ChangeOwner, 3, Faults.Owners),
        (FaultKind.Idle, 2, Faults.Idle),
        (FaultKind.ChangeSpec, 8, Faults.Specs),
    ];

    public static FaultPlan Of(int seed, Faults faults)
    {
        var random = new Random(seed);
        (FaultKind Kind, int Weight, Faults Needs)[] possible = [.. Weights.Where(entry => faults.HasFlag(entry.Needs))];
        int total = possible.Sum(entry => entry.Weight);
        var steps = new FaultStep[random.Next(5, 60)];
        for (int i = 0; i < steps.Length; i++)
        {
            int at = random.Next(total);
            int chosen = 0;
            while (at >= possible[chosen].Weight)
            {
                at -= possible[chosen++].Weight;
            }

            steps[i] = new FaultStep(possible[chosen].Kind, random.Next());
        }

        return new FaultPlan(seed, faults, steps);
    }

    /// <summary>The smallest plan found that still fails: steps are left out, large parts first.</summary>
    public FaultPlan Shrink(Func<FaultPlan, bool> fails)
    {
        FaultPlan smallest = this;
        for (int size = Math.Max(1, Steps.Count / 2); ; size = Math.Max(1, size / 2))
        {
            bool shrunk = false;
            for (int from = 0; from < smallest.Steps.Count;)
            {
                FaultPlan candidate = smallest with { Steps = [.. smallest.Steps.Where((_, i) => i < from || i >= from + size)] };
                if (fails(candidate))
                {
                    (smallest, shrunk) = (candidate, true);
                }
                else
                {
                    from += size;
                }
            }

            if (size == 1 && !shrunk)
            {
                return smallest;
            }
        }
    }

    public override string ToString() => $"seed {Seed}, {Faults}, {Steps.Count} steps: {string.Join(' ', Steps.Select(step => $"{step.Kind}:{step.Seed:x}"))}";
}
