using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

internal sealed partial class FaultSchedule
{
    private void Step(FaultKind kind)
    {
        switch (kind)
        {
            case FaultKind.Write:
                Write(_random.Next(1, 12));
                break;
            case FaultKind.Wait:
                Wait(TimeSpan.FromMilliseconds(_random.Next(1, _random.Next(2) == 0 ? 300 : 5000)));
                break;
            case FaultKind.ShowPods:
                ShowPods();
                break;
            case FaultKind.Cut:
                CutSome();
                break;
            case FaultKind.Restart:
                Restart();
                break;
            case FaultKind.Rotate:
                Rotate();
                break;
            case FaultKind.Refuse:
                _refuseUntil = _simulation.Time.Nanoseconds + (_random.NextInt64(20) * UnixNanoseconds.PerSecond);
                break;
            case FaultKind.AddPod:
                AddPod();
                ShowPods();
                break;
            case FaultKind.DeletePod:
                DeletePod();
                break;
            case FaultKind.StepClock:
                Pick().Skew += _random.Next(-20, 21) * UnixNanoseconds.PerSecond;
                break;
            case FaultKind.LeaveViewer:
                LeaveViewer();
                break;
            case FaultKind.StallViewer:
                StallViewer();
                break;
            case FaultKind.ChangeOwner:
                ChangeOwner();
                break;
            case FaultKind.Idle:
                Idle();
                break;
            case FaultKind.ChangeSpec:
                ChangeSpec();
                break;
        }
    }

    private void AddPod()
    {
        ScriptedContainer container = _kubelet.Add($"pod-{_written.Count}");
        // What a new owner sends again allows for clocks that are 90 s apart.
        int most = Has(Faults.Owners) ? 80 : 300;
        container.Skew = Has(Faults.Skew) ? _random.Next(-most, most + 1) * UnixNanoseconds.PerSecond : 0;
        container.Current.StartedAtNode = _simulation.Time.Nanoseconds + container.Skew;
        _written[container.Pod] = [];
    }

    private void CutSome() => _simulation.Do(() =>
    {
        foreach (ScriptedLogStream stream in _kubelet.OpenFollows.Where(_ => _random.Next(2) == 0).ToArray())
        {
            stream.CutAfter(_random.Next(200), _random.Next(2) == 0 ? Cut.Clean : Cut.Reset);
        }
    });

    /// <summary>The status may tell of it before, between, after, or so late that two restarts look like one.</summary>
    private void Restart()
    {
        if (_random.Next(4) > 0)
        {
            ShowPods();
        }

        // From the second restart on the kubelet backs off.
        Wait(TimeSpan.FromSeconds(10));
        ScriptedContainer container = Pick();
        container.IsBackingOff = _random.Next(3) == 0;
        _simulation.Do(container.End);
        if (_random.Next(2) == 0)
        {
            ShowPods();
        }

        Wait(TimeSpan.FromMilliseconds(_random.Next(2000)));
        _simulation.Do(container.Restart);
        if (_random.Next(3) > 0)
        {
            Wait(TimeSpan.FromMilliseconds(_random.Next(1500)));
            ShowPods();
        }
    }

    private void Rotate() => _simulation.Do(() =>
    {
        ScriptedInstance instance = Pick().Current;
        // A new owner knows the start of a container to the second (status.startedAt), so lines rotated away within that second
        // leave it no trace. It takes 10 MiB (containerLogMaxSize) and the kubelet's look at the file, every 10 s, in one second.
        long after = Has(Faults.Owners) ? instance.StartedAtNode + UnixNanoseconds.PerSecond : long.MinValue;
        int first = instance.Lines.FindIndex(instance.FileStart, line => line.Time > after);
        if (instance.WasRead && first >= 0)
        {
            // A file that was seen, emptied and never written again would tell nobody.
            instance.FileStart = _random.Next(first, instance.Lines.Count);
        }
    });

    /// <summary>Gracefully, as a rollout does, or by force: then the status may never have told of the end.</summary>
    private void DeletePod()
    {
        if (_kubelet.Containers.Count < 2)
        {
            return;
        }

        ScriptedContainer container = Pick();
        container.IsDeleting = _random.Next(2) == 0;
        if (container.IsDeleting)
        {
            ShowPods();
            Wait(TimeSpan.FromMilliseconds(_random.Next(3000)));
        }

        _simulation.Do(container.End);
        if (container.IsDeleting)
        {
            ShowPods();
        }

        Wait(TimeSpan.FromMilliseconds(_random.Next(3000)));
        _kubelet.Containers.Remove(container);
        _gone.Add(container);
        ShowPods();
    }

    private void LeaveViewer()
    {
        _client.Cut(_random);
        Wait(TimeSpan.FromMilliseconds(_random.Next(5000)));
        if (_random.Next(2) == 0)
        {
            Write(_random.Next(1, 12));
        }

        _client.Connect(_session);
    }

    private void StallViewer()
    {
        _client.Viewer!.Stall();
        Write(_random.Next(1, 12));
        Wait(TimeSpan.FromSeconds(_random.Next(20)));
        _client.Viewer.GoOn();
    }

    /// <summary>The new owner's session may have been open for a while when the viewer finds it, and so may the old one's.</summary>
    private void ChangeOwner()
    {
        InheritedSource[] inherited = [.. _session.Snapshot().Sources.Select(source => new InheritedSource(source.Pod, source.Container))];
        bool abrupt = _random.Next(2) == 0;
        if (abrupt)
        {
            _client.Cut(_random);
        }
        else
        {
            _simulation.Do(_session.Leave);
            _client.Leave();
        }

        _replicas[_owner].Stop(_session);
        _owner = 1 - _owner;
        _replicas[_owner] = new SimulatedReplica(_simulation, _kubelet, (ulong)_random.NextInt64());
        if (_random.Next(2) == 0)
        {
            Wait(TimeSpan.FromMilliseconds(_random.Next(15_000)));
            Write(_random.Next(1, 12));
        }

        _session = _replicas[_owner].Start(_spec, startIdle: _random.Next(2) == 0, inherited: inherited);
        if (_random.Next(2) == 0)
        {
            ShowPods();
            Wait(TimeSpan.FromMilliseconds(_random.Next(5000)));
        }

        _client.Connect(_session);
        ShowPods();
    }

    private void Idle()
    {
        _client.Leave();
        Wait(TimeSpan.FromSeconds(_random.Next(50, 100)));
        Write(_random.Next(20));
        if (Has(Faults.Rotations) && _random.Next(2) == 0)
        {
            Rotate();
        }

        if (Has(Faults.Restarts) && _random.Next(3) == 0)
        {
            Restart();
        }

        _client.Connect(_session);
    }
}
