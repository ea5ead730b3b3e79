using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>What one viewer gets of a session: position, filters, formats, gaps, ends.</summary>
public sealed class ViewerTests : SimulationTest
{
    private readonly ScriptedContainer _container;
    private readonly Session _session;

    public ViewerTests()
    {
        _container = Kubelet.Add("a");
        Kubelet.Add("b").Write("from b");
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.Retain.Lines = 100;
        _session = Replica.Start(spec);
        Write(1, 10);
        Replica.ShowPods(_session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void ALineCarriesTheOriginalContractFirst()
    {
        using SimulatedViewer viewer = View();
        SseEvent line = viewer.Logs.First(log => log.Text("pod") == "a");
        Assert.Equal(["type", "timestamp", "pod", "container", "message", "unix"], line.Data.EnumerateObject().Take(6).Select(property => property.Name));
        Assert.Equal("log", line.Text("type"));
        Assert.EndsWith("Z", line.Text("timestamp"), StringComparison.Ordinal);
        Assert.Equal(30, line.Text("timestamp").Length);
    }

    [Fact]
    public void GoesOnExactlyAfterItsLastId()
    {
        using SimulatedViewer first = View();
        StreamCursor cursor = first.LastCursor!.Value;
        first.Leave();
        Write(11, 5);
        using SimulatedViewer second = View(new StreamQuery { Cursor = cursor });
        Assert.Equal(["line 11", "line 12", "line 13", "line 14", "line 15"], second.Messages);
        Assert.DoesNotContain(second.Events, received => received.Name == StreamEvents.Gap);
    }

    [Fact]
    public void WhatTheBufferNoLongerHoldsIsAGapThatCountsLines()
    {
        using SimulatedViewer first = View();
        StreamCursor cursor = first.LastCursor!.Value;
        first.Leave();
        Write(11, 250);
        using SimulatedViewer second = View(new StreamQuery { Cursor = cursor });
        SseEvent gap = Assert.Single(second.Events, received => received.Name == StreamEvents.Gap);
        Assert.Equal(GapReasons.Retention, gap.Text("reason"));
        Assert.Equal(250, second.Messages.Count + gap.Data.GetProperty("lost").GetInt64());
        Assert.Equal("line 260", second.Messages[^1]);
    }

    [Fact]
    public void ASlowViewerIsToldWhatItMissedAndSlowsNobody()
    {
        using SimulatedViewer slow = View();
        using SimulatedViewer quick = View();
        slow.Stall();
        Write(11, 20);
        Write(31, 3000);
        slow.GoOn();
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3031, quick.Messages.Count);
        SseEvent gap = Assert.Single(slow.Events, received => received.Name == StreamEvents.Gap);
        Assert.Equal(GapReasons.SlowViewer, gap.Text("reason"));
        Assert.Equal(3031, slow.Messages.Count + gap.Data.GetProperty("lost").GetInt64());
    }

    [Fact]
    public async Task AViewerThatTakesNothingForAMinuteIsCutOff()
    {
        using SimulatedViewer viewer = View();
        viewer.Stall();
        Write(11, 20);
        Simulation.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(ViewerEnd.Stuck, await viewer.Completion);
    }

    [Fact]
    public void FiltersByPodTextAndTail()
    {
        using SimulatedViewer pod = View(new StreamQuery { Pods = ["b*"] });
        Assert.Equal(["from b"], pod.Messages);
        using SimulatedViewer text = View(new StreamQuery { Text = "LINE 1" });
        Assert.Equal(["line 1", "line 10"], text.Messages);
        using SimulatedViewer tail = View(new StreamQuery { Pods = ["a"], Tail = 2 });
        Assert.Equal(["line 9", "line 10"], tail.Messages);
    }

    [Fact]
    public async Task EndsAfterTheBacklogWhenItDoesNotFollow()
    {
        using SimulatedViewer viewer = View(new StreamQuery { Follow = false });
        Assert.Equal(ViewerEnd.Complete, await viewer.Completion);
        Assert.Equal(11, viewer.Messages.Count);
        Assert.Equal(StreamEvents.Synced, viewer.Events[^1].Name);
    }

    [Fact]
    public void AnEndedSessionSaysSoAndHasNothingMoreForWhoHasItAll()
    {
        using SimulatedViewer viewer = View();
        Simulation.Do(() => _session.End(EndReasons.DeadlineExceeded));
        Assert.Equal(EndReasons.DeadlineExceeded, viewer.Events[^1].Text("reason"));
        using SimulatedViewer again = View(new StreamQuery { Cursor = viewer.LastCursor });
        Assert.Empty(again.Bytes);
        using SimulatedViewer late = View();
        Assert.Equal(11, late.Messages.Count);
        Assert.Equal(StreamEvents.End, late.Events[^1].Name);
    }

    [Fact]
    public void AHeartbeatComesAfterFifteenSecondsOfSilence()
    {
        using SimulatedViewer viewer = View();
        int before = viewer.Bytes.Length;
        Simulation.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(before, viewer.Bytes.Length);
        Simulation.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(":\n\n", System.Text.Encoding.ASCII.GetString(viewer.Bytes[before..]));
    }

    [Fact]
    public void TextIsPodContainerMessage()
    {
        using SimulatedViewer viewer = new(Simulation, _session, new StreamQuery { Pods = ["b"], Follow = false }, new TextFormat());
        Assert.Equal("b/main from b\n", System.Text.Encoding.UTF8.GetString(viewer.Bytes));
    }

    private SimulatedViewer View(StreamQuery? query = null)
    {
        var viewer = new SimulatedViewer(Simulation, _session, query);
        Simulation.Advance(TimeSpan.FromMilliseconds(10));
        return viewer;
    }

    private void Write(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(1));
            Simulation.Do(() => _container.Write($"line {i}"));
        }

        Simulation.Advance(TimeSpan.FromMilliseconds(300));
    }
}
