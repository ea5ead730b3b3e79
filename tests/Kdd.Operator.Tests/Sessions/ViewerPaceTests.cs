using Kdd.Operator.Endpoints;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>How often one viewer is written to, alone and in a crowd.</summary>
public sealed class ViewerPaceTests : SimulationTest
{
    private readonly ScriptedContainer _container;
    private readonly Session _session;
    private int _line;

    public ViewerPaceTests()
    {
        _container = Kubelet.Add("a");
        _session = Replica.Start();
        Replica.ShowPods(_session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void InACrowdALineAfterQuietLeavesAtOnce()
    {
        using SimulatedViewer viewer = View(ViewerPace.Crowd);
        Write(1);
        Assert.Single(viewer.Messages);
        viewer.Leave();
    }

    [Fact]
    public void InACrowdWritesOfASteadyFlowAreAFrameApart()
    {
        using SimulatedViewer viewer = View(ViewerPace.Crowd);
        int before = viewer.Writes.Count;
        Flow(500);
        DateTimeOffset[] writes = [.. viewer.Writes.Skip(before).Distinct()];
        Assert.All(writes.Zip(writes.Skip(1)), pair => Assert.True(pair.Second - pair.First >= ViewerPace.Interval, $"{pair.Second - pair.First} apart"));
        Assert.InRange(writes.Length, 20, 40);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"line {i}"), viewer.Messages.Select(message => message.TrimEnd('x')));
        viewer.Leave();
    }

    [Fact]
    public void AFewViewersGetEachLineWhenItIsWritten()
    {
        using SimulatedViewer viewer = View(ViewerPace.Crowd - 1);
        int before = viewer.Writes.Count;
        Flow(500);
        Assert.InRange(viewer.Writes.Skip(before).Distinct().Count(), 400, 510);
        viewer.Leave();
    }

    [Fact]
    public void AFloodDoesNotWaitForTheInterval()
    {
        using SimulatedViewer viewer = View(ViewerPace.Crowd);
        Write(1);
        for (int i = 0; i < 200; i++)
        {
            Write(10, new string('x', 1000));
        }

        // The clock has not moved: blocks that were full have left, the one being written waits.
        Assert.InRange(viewer.Messages.Count, 1000, 2001);
        Simulation.Advance(ViewerPace.Interval);
        Assert.Equal(2001, viewer.Messages.Count);
        viewer.Leave();
    }

    private SimulatedViewer View(int viewers)
    {
        for (int i = 0; i < viewers; i++)
        {
            Assert.Null(Replica.Context.ViewerPlaces.TryTake($"user-{i}"));
        }

        var viewer = new SimulatedViewer(Simulation, _session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        return viewer;
    }

    private void Flow(int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            Write(1);
            Simulation.Advance(TimeSpan.FromMilliseconds(1));
        }

        Simulation.Advance(TimeSpan.FromMilliseconds(50));
    }

    private void Write(int lines, string padding = "") => Simulation.Do(() =>
    {
        for (int i = 0; i < lines; i++)
        {
            _container.Write($"line {_line++}{padding}");
        }
    });
}
