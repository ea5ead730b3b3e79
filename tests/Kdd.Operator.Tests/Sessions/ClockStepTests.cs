using Kdd.Api.Wire;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>A node's clock is set back: what is written then has times before those that a resume asks for.</summary>
public sealed class ClockStepTests : SimulationTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void WhatIsWrittenWhileAStreamIsOpenComes() => Check(container => container.Skew -= 10 * UnixNanoseconds.PerSecond);

    [Fact]
    public void WhatIsWrittenWhileAStreamIsBrokenComes() => Check(container =>
    {
        Kubelet.Fault = _ => throw new HttpRequestException("connection refused");
        Simulation.Do(() => container.Streams.Single(stream => stream.IsFollow).CutAfter(0, Cut.Reset));
        container.Skew -= 10 * UnixNanoseconds.PerSecond;
        Write(container, "hidden", 200);
        // By the time of the next open the clock is past where it was, so that the file's last line shows nothing.
        Simulation.Advance(Minute);
        Kubelet.Fault = _ => null;
    });

    [Fact]
    public void ACloseLookAtTheFileFindsWhatWasWrittenBetweenTwoSteps() => Check(container =>
    {
        Simulation.Do(() => container.Streams.Single(stream => stream.IsFollow).CutAfter(0, Cut.Clean));
        Simulation.Advance(Minute);
        container.Skew -= 3600 * UnixNanoseconds.PerSecond;
        Write(container, "an hour back", 3);
        container.Skew += 3600 * UnixNanoseconds.PerSecond;
    });

    private void Check(Action<ScriptedContainer> step)
    {
        ScriptedContainer container = Kubelet.Add("a");
        var session = Replica.Start();
        using var viewer = new SimulatedViewer(Simulation, session);
        Replica.ShowPods(session);
        Write(container, "before", 5);
        step(container);
        Write(container, "after", 5);
        Simulation.Advance(Minute);

        Assert.Equal(container.Current.Lines.Select(line => System.Text.Encoding.UTF8.GetString(line.Message)), viewer.Messages);
        Assert.DoesNotContain(viewer.Events, received => received.Name == StreamEvents.Gap);
        Replica.Stop(session);
    }

    private void Write(ScriptedContainer container, string text, int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            Simulation.Do(() => container.Write($"{text} {i}"));
            Simulation.Advance(TimeSpan.FromMilliseconds(10));
        }
    }
}
