using Kdd.Api.LogViews;

namespace Kdd.Operator.Tests.Simulation;

internal sealed partial class FaultSchedule
{
    /// <summary>A change of the spec after which every line is wanted still, or again after a while.</summary>
    private void ChangeSpec()
    {
        switch (_random.Next(9))
        {
            case 0:
                Change(_spec with { Filter = new LineFilterSpec { Include = _random.Next(2) == 0 ? ["^pod-"] : null, Exclude = ["no such text"], IgnoreCase = _random.Next(2) == 0 } });
                break;
            case 1:
                Change(_spec with { Redact = [new RedactRule { Pattern = $"no such text {_random.Next(5)}" }] });
                break;
            case 2:
                Change(_spec with { OrderWindow = Duration.Parse(_random.Next(3) switch { 0 => "0s", 1 => "100ms", _ => "2s" }) });
                break;
            case 3:
                Change(_spec with { Retain = new RetainSpec { Lines = _random.Next(20_000, 30_000) } });
                break;
            case 4:
                Change(_spec with { Tail = new TailSpec { Lines = _spec.Tail.Lines + 1, Previous = _random.Next(2) == 0 } });
                break;
            case 5:
                Change(_spec with { IdleTimeout = Duration.Parse(_random.Next(2) == 0 ? "10m" : "0s") });
                break;
            case 6:
                Meanwhile(_spec with { Container = new ContainerSelection { Exclude = ["m*"] } }, _spec);
                break;
            case 7:
                _client.Leave();
                Meanwhile(_spec with { Suspend = true }, _spec);
                _client.Connect(_session);
                break;
            case 8:
                Reselect();
                break;
        }
    }

    /// <summary>Another workload with some of the pods, then the first again.</summary>
    private void Reselect()
    {
        LogViewSpec other = _spec with { Workload = new WorkloadReference { Kind = "Deployment", Name = "other" } };
        HashSet<string> chosen = [.. _kubelet.Containers.Select(container => container.Pod).Where(_ => _random.Next(2) == 0)];
        _replicas[_owner].Change(_session, other);
        _replicas[_owner].ShowPods(_session, selects: chosen.Contains);
        PassTime();
        _replicas[_owner].Change(_session, _spec);
        ShowPods();
    }

    private void Meanwhile(LogViewSpec during, LogViewSpec after)
    {
        Change(during);
        PassTime();
        Change(after);
    }

    private void PassTime()
    {
        Write(_random.Next(12));
        Wait(TimeSpan.FromMilliseconds(_random.Next(_random.Next(2) == 0 ? 100 : 20_000)));
        if (Has(Faults.Rotations) && _random.Next(3) == 0)
        {
            Rotate();
        }

        Write(_random.Next(12));
    }

    private void Change(LogViewSpec spec)
    {
        _spec = spec;
        _replicas[_owner].Change(_session, spec);
    }
}
