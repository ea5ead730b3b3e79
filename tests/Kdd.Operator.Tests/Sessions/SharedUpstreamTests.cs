using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>Several sessions over the same containers, and sessions that sleep.</summary>
public sealed class SharedUpstreamTests : SimulationTest
{
    [Fact]
    public void TwoSessionsOverOneContainerShareItsStreamAndBothGetEveryLine()
    {
        ScriptedContainer container = Kubelet.Add("a");
        Write(container, 1, 50);
        Session first = Replica.Start(name: "first");
        using SimulatedViewer one = new(Simulation, first);
        Replica.ShowPods(first);
        Write(container, 51, 20);
        Session second = Replica.Start(name: "second");
        using SimulatedViewer two = new(Simulation, second);
        Replica.ShowPods(second);
        Write(container, 71, 30);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        string[] expected = [.. Enumerable.Range(1, 100).Select(i => $"line {i}")];
        Assert.Equal(expected, one.Messages);
        Assert.Equal(expected, two.Messages);
        Assert.Single(Kubelet.OpenFollows);
        Assert.Equal(1, Replica.Upstream.Count);
        Assert.All(new[] { first, second }, session => Assert.Equal((1, 1), (session.Snapshot().StreamsDesired, session.Snapshot().StreamsActive)));
        Replica.Stop(first);
        Replica.Stop(second);
        Assert.Equal(0, Replica.Upstream.Count);
        Assert.Empty(Kubelet.OpenFollows);
    }

    [Fact]
    public void ASecondSessionOverAJobThatHasEndedCompletesToo()
    {
        ScriptedContainer container = Kubelet.Add("a");
        Write(container, 1, 10);
        Session first = Replica.Start(name: "first");
        Replica.ShowPods(first);
        Simulation.Do(container.End);
        Replica.ShowPods(first);
        Simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 0), (Replica.Upstream.Count, first.Snapshot().StreamsActive));
        Session second = Replica.Start(name: "second");
        using SimulatedViewer viewer = new(Simulation, second);
        Replica.ShowPods(second, finished: true);
        Simulation.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(10, viewer.Messages.Count);
        Assert.Equal(EndReasons.Completed, second.Snapshot().EndReason);
        Replica.Stop(first);
    }

    [Fact]
    public void AnUnwatchedSessionClosesItsStreamsAndTheNextViewerGetsWhatWasWrittenMeanwhile()
    {
        ScriptedContainer container = Kubelet.Add("a");
        Write(container, 1, 10);
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.IdleTimeout = Duration.Parse("1m");
        Session session = Replica.Start(spec);
        Replica.ShowPods(session);
        Simulation.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(SessionState.Streaming, session.Snapshot().State);
        Simulation.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(SessionState.Idle, session.Snapshot().State);
        Assert.Empty(Kubelet.OpenFollows);
        Write(container, 11, 10);
        using SimulatedViewer viewer = new(Simulation, session);
        Write(container, 21, 5);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(1, 25).Select(i => $"line {i}"), viewer.Messages);
        Assert.DoesNotContain(viewer.Events, received => received.Name == StreamEvents.Gap);
        Replica.Stop(session);
    }

    [Fact]
    public void ASessionThatStartsIdleOpensNothingBeforeItsFirstViewer()
    {
        ScriptedContainer container = Kubelet.Add("a");
        Write(container, 1, 10);
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.IdleTimeout = Duration.Parse("10m");
        Session session = Replica.Start(spec, startIdle: true);
        Replica.ShowPods(session);
        Simulation.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(Kubelet.Requests);
        using SimulatedViewer viewer = new(Simulation, session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, viewer.Messages.Count);
        Assert.Single(viewer.Events, received => received.Name == StreamEvents.Synced);
        Replica.Stop(session);
    }

    [Fact]
    public void AFiniteSessionReadsItsBacklogAndCompletes()
    {
        Write(Kubelet.Add("a"), 1, 10);
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.Follow = false;
        spec.Tail.Lines = 4;
        Session session = Replica.Start(spec);
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["line 7", "line 8", "line 9", "line 10"], viewer.Messages);
        Assert.Equal(EndReasons.Completed, session.Snapshot().EndReason);
        Assert.Equal(StreamEvents.End, viewer.Events[^1].Name);
    }

    [Fact]
    public void FilterLevelAndRedactionHappenBeforeALineIsKeptAndTheAccountsBalance()
    {
        ScriptedContainer container = Kubelet.Add("a");
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.Filter.Exclude = ["/healthz"];
        spec.Filter.MinLevel = "Warn";
        spec.Redact = [new RedactRule { Pattern = "(token=)\\S+", Replacement = "$1***" }];
        Session session = Replica.Start(spec);
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Simulation.Do(() =>
        {
            container.Write("level=info msg=quiet");
            container.Write("level=error token=secret1 failed");
            container.Write("level=error GET /healthz");
            container.Write("no level at all");
        });
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["level=error token=*** failed", "no level at all"], viewer.Messages);
        Assert.Equal(new SessionLineCounts(4, 2, 2, 0), session.Snapshot().Lines);
        Assert.DoesNotContain("secret1", System.Text.Encoding.UTF8.GetString(viewer.Bytes), StringComparison.Ordinal);
        Replica.Stop(session);
    }

    private void Write(ScriptedContainer container, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(2));
            Simulation.Do(() => container.Write($"line {i}"));
        }

        Simulation.Advance(TimeSpan.FromMilliseconds(300));
    }
}
