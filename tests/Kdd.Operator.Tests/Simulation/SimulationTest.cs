namespace Kdd.Operator.Tests.Simulation;

/// <summary>A test over one replica and one kubelet in simulated time.</summary>
public abstract class SimulationTest : IDisposable
{
    private protected SimulationTest(int seed = 1)
    {
        Simulation = new Simulation(seed);
        Kubelet = new ScriptedKubelet(Simulation);
        Replica = new SimulatedReplica(Simulation, Kubelet);
    }

    private protected Simulation Simulation { get; }

    private protected ScriptedKubelet Kubelet { get; }

    private protected SimulatedReplica Replica { get; }

    /// <summary>Every test ends with the account of every source.</summary>
    public void Dispose()
    {
        foreach (Kdd.Operator.Sessions.Session session in Replica.Sessions)
        {
            FaultOracle.CheckAccounts(session);
        }

        Kubelet.Dispose();
        GC.SuppressFinalize(this);
    }
}
