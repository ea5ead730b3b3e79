using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

public sealed class SessionStreamingTests : SimulationTest
{
    [Fact]
    public void BacklogAndLiveLinesOfThreePodsArriveOnceInOrder()
    {
        ScriptedContainer[] containers = [Kubelet.Add("a"), Kubelet.Add("b"), Kubelet.Add("c")];
        for (int i = 1; i <= 1000; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(3));
            foreach (ScriptedContainer container in containers)
            {
                container.Write($"{container.Pod} {i}");
            }
        }

        var session = Replica.Start();
        using var viewer = new SimulatedViewer(Simulation, session);
        Replica.ShowPods(session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3000, viewer.Messages.Count);
        for (int i = 1001; i <= 1100; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(3));
            foreach (ScriptedContainer container in containers)
            {
                Simulation.Do(() => container.Write($"{container.Pod} {i}"));
            }
        }

        Simulation.Advance(TimeSpan.FromSeconds(1));
        foreach (ScriptedContainer container in containers)
        {
            Assert.Equal(
                Enumerable.Range(1, 1100).Select(i => $"{container.Pod} {i}"),
                viewer.Messages.Where(message => message.StartsWith(container.Pod, StringComparison.Ordinal)));
        }

        Assert.DoesNotContain(viewer.Events, received => received.Name is "gap" or "error");
        Assert.Single(viewer.Events, received => received.Name == "synced");
        Replica.Stop(session);
    }

    /// <summary>As when the API server restarts with the container: the log comes back before the watch does.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void LinesOfARestartedContainerAreNotTakenForThoseOfTheOldOneWhileTheWatchIsBehind(int milliseconds)
    {
        ScriptedContainer container = Kubelet.Add("a");
        var session = Replica.Start();
        using var viewer = new SimulatedViewer(Simulation, session);
        Replica.ShowPods(session);
        Write("old 1");
        Simulation.Do(container.Restart);
        Simulation.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Write("new 1");
        Simulation.Advance(TimeSpan.FromSeconds(30));
        Write("new 2");
        Replica.ShowPods(session);
        Write("new 3");

        Assert.Equal(
            [("old 1", 0), ("new 1", 1), ("new 2", 1), ("new 3", 1)],
            viewer.Logs.Select(log => (log.Text("message"), log.Cursor.Instance)));
        Assert.DoesNotContain(viewer.Events, received => received.Name is "gap" or "error");
        Replica.Stop(session);

        void Write(string message)
        {
            Simulation.Do(() => container.Write(message));
            Simulation.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
