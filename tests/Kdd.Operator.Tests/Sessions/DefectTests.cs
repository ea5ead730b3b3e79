using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>A session that fails by a defect of ours loses nothing without a word.</summary>
public sealed class DefectTests : SimulationTest
{
    [Fact]
    public void AStepThatFailsMakesTheSessionReadAgainAndTheReferenceClientSeesEveryLineOnce()
    {
        ScriptedContainer container = Kubelet.Add("a");
        Session session = Replica.Start();
        using SimulatedClient client = new(Simulation);
        client.Connect(session);
        Replica.ShowPods(session);
        for (int i = 1; i <= 100; i++)
        {
            Simulation.Advance(TimeSpan.FromMilliseconds(20));
            Simulation.Do(() =>
            {
                container.Write($"line {i}");
                if (i % 40 == 0)
                {
                    session.Post(() => throw new InvalidOperationException("a defect"));
                }
            });
        }

        Simulation.Advance(TimeSpan.FromSeconds(10));
        client.Take();
        Assert.Equal(
            Enumerable.Range(1, 100).Select(i => $"line {i}"),
            client.Shown.Where(received => received.Name == StreamEvents.Log).Select(received => received.Text("message")));
        Assert.Contains(client.Shown, received => received.Name == StreamEvents.Error && received.Text("reason") == "InternalError");
        Replica.Stop(session);
    }

    [Fact]
    public void WhatElseIsInTheInboxIsTakenAllTheSame()
    {
        Kubelet.Add("a").Write("line");
        Session session = Replica.Start();
        Simulation.Do(() =>
        {
            session.Post(() => throw new InvalidOperationException("a defect"));
            session.SetPods([.. Kubelet.Containers.Select(container => container.ToPod())], workloadFinished: false);
        });
        Simulation.Advance(TimeSpan.FromSeconds(5));
        using SimulatedViewer viewer = new(Simulation, session);
        Assert.Equal(["line"], viewer.Messages);
        Replica.Stop(session);
    }
}
