using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>A viewer that comes with another owner's cursor.</summary>
public sealed class OwnerChangeTests : SimulationTest
{
    private readonly ScriptedContainer _container;
    private readonly SimulatedClient _client;
    private readonly SimulatedReplica _other;
    private readonly LogViewSpec _spec = SimulatedReplica.Spec();

    public OwnerChangeTests()
    {
        _container = Kubelet.Add("a");
        _client = new SimulatedClient(Simulation);
        _other = new SimulatedReplica(Simulation, Kubelet, epoch: 99);
        _spec.Tail.Lines = 3;
        Write(1, 10);
        Session first = Replica.Start(_spec);
        _client.Connect(first);
        Replica.ShowPods(first);
        Write(11, 10);
        _client.Leave();
        Replica.Stop(first);
        Simulation.Advance(TimeSpan.FromSeconds(5));
        Write(21, 100);
    }

    [Fact]
    public void AnOpenSessionReadsAsideWhatTheViewerMissed()
    {
        Session second = _other.Start(_spec);
        _other.ShowPods(second);
        Write(121, 10);
        _client.Connect(second);
        Write(131, 10);
        _client.Take();
        Assert.Equal(Enumerable.Range(8, 133).Select(i => $"line {i}"), Messages());
        Assert.DoesNotContain(_client.Shown, received => received.Name == StreamEvents.Gap);
        _other.Stop(second);
    }

    [Fact]
    public void ASecondViewerOfTheOpenSessionIsSentNothingTwice()
    {
        Session second = _other.Start(_spec);
        _other.ShowPods(second);
        using SimulatedViewer plain = new(Simulation, second);
        _client.Connect(second);
        Write(121, 10);
        Assert.Equal(Enumerable.Range(118, 13).Select(i => $"line {i}"), plain.Messages);
        _other.Stop(second);
    }

    [Fact]
    public void WhatTheKubeletNoLongerHasIsAGap()
    {
        _container.Current.FileStart = 60;
        Session second = _other.Start(_spec);
        _other.ShowPods(second);
        _client.Connect(second);
        Write(121, 10);
        _client.Take();
        Assert.Equal(Enumerable.Range(8, 13).Concat(Enumerable.Range(61, 70)).Select(i => $"line {i}"), Messages());
        SseEvent gap = Assert.Single(_client.Shown, received => received.Name == StreamEvents.Gap);
        Assert.Equal(GapReasons.OwnerChanged, gap.Text("reason"));
        _other.Stop(second);
    }

    [Fact]
    public void ABodyThatEndsBeforeItsFirstLineIsNotAQuietContainer()
    {
        Session second = _other.Start(_spec);
        bool isFirst = true;
        Kubelet.OnOpen = stream =>
        {
            if (isFirst)
            {
                isFirst = false;
                stream.CutAfter(0, Cut.Clean);
            }
        };
        _client.Connect(second);
        _other.ShowPods(second);
        Write(121, 10);
        _client.Take();
        Assert.Equal(Enumerable.Range(8, 123).Select(i => $"line {i}"), Messages());
        _other.Stop(second);
    }

    [Fact]
    public void AContainerThatHasMoreAtEveryReadIsSyncedAllTheSame()
    {
        Session second = _other.Start(_spec);
        int written = 120;
        Kubelet.Fault = container =>
        {
            container.Write($"line {++written}", Simulation.Time.Nanoseconds);
            return null;
        };
        _client.Connect(second);
        _other.ShowPods(second);
        Simulation.Advance(TimeSpan.FromSeconds(5));
        _client.Take();
        Assert.Equal(Enumerable.Range(8, written - 7).Select(i => $"line {i}"), Messages());
        Assert.Equal(2, _client.Received.Count(received => received.Name == StreamEvents.Synced));
        _other.Stop(second);
    }

    [Fact]
    public void AContainerThatCannotBeReadHoldsTheViewerUpForSecondsOnlyAndIsAGap()
    {
        Session second = _other.Start(_spec);
        _other.ShowPods(second);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Kubelet.Fault = _ => ScriptedKubelet.Status(System.Net.HttpStatusCode.InternalServerError, "", "no");
        _client.Connect(second);
        Simulation.Advance(TimeSpan.FromSeconds(20));
        Write(121, 5);
        _client.Take();
        Assert.Equal("line 125", Messages()[^1]);
        Assert.Contains(_client.Shown, received => received.Name == StreamEvents.Gap && received.Text("reason") == GapReasons.OwnerChanged);
        _other.Stop(second);
    }

    [Fact]
    public void APodThatWentBetweenTwoOwnersIsAGapForWhoComesFromTheFirst()
    {
        InheritedSource[] inherited = [new("a", "main"), new("b", "main")];
        Session second = _other.Start(_spec, inherited: inherited);
        _other.ShowPods(second);
        using SimulatedViewer plain = new(Simulation, second);
        Assert.DoesNotContain(plain.Events, received => received.Name == StreamEvents.Gap);
        _client.Connect(second);
        Write(121, 10);
        _client.Take();
        SseEvent gap = Assert.Single(_client.Shown, received => received.Name == StreamEvents.Gap);
        Assert.Equal(("b", GapReasons.OwnerChanged), (gap.Text("pod"), gap.Text("reason")));
        Assert.Equal(Enumerable.Range(8, 123).Select(i => $"line {i}"), Messages());
        _other.Stop(second);
    }

    [Fact]
    public void AnOwnerThatLeavesTellsOfADeletedPodThatItCouldNotRead()
    {
        Kubelet.Fault = _ => ScriptedKubelet.Status(System.Net.HttpStatusCode.TooManyRequests, "TooManyRequests", "slow down", TimeSpan.FromSeconds(30));
        Session second = _other.Start(_spec);
        _client.Connect(second);
        _other.ShowPods(second);
        Simulation.Advance(TimeSpan.FromSeconds(1));
        Kubelet.Containers.Remove(_container);
        _other.ShowPods(second);
        Simulation.Do(second.Leave);
        _client.Take();
        int gap = _client.Shown.FindIndex(received => received.Name == StreamEvents.Gap);
        Assert.Equal(GapReasons.Deleted, _client.Shown[gap].Text("reason"));
        Assert.True(gap < _client.Shown.FindIndex(received => received.Name == StreamEvents.Reconnect));
        _other.Stop(second);
    }

    [Fact]
    public void AnOwnerThatWasNotAbleToTellOfAPodLeavesItToTheNext()
    {
        Kubelet.Fault = _ => ScriptedKubelet.Status(System.Net.HttpStatusCode.InternalServerError, "", "no");
        Session second = _other.Start(_spec, inherited: [new("b", "main")]);
        _other.ShowPods(second);
        Assert.Contains(second.Snapshot().Sources, source => source is { Pod: "b", State: SourceState.Ended });
        Kubelet.Fault = _ => null;
        Simulation.Advance(TimeSpan.FromSeconds(100));
        Assert.DoesNotContain(second.Snapshot().Sources, source => source.Pod == "b");
        _other.Stop(second);
    }

    private string[] Messages() => [.. _client.Shown.Where(received => received.Name == StreamEvents.Log).Select(received => received.Text("message"))];

    private void Write(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(5));
            Simulation.Do(() => _container.Write($"line {i}"));
        }

        Simulation.Advance(TimeSpan.FromMilliseconds(300));
    }
}
