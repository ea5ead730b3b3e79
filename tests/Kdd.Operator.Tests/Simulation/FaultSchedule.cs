using System.Net;
using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>What a schedule may do besides writing.</summary>
[Flags]
internal enum Faults
{
    None = 0,
    Cuts = 1,
    Restarts = 2,
    Rotations = 4,
    Refusals = 8,
    EqualTimes = 16,
    Skew = 32,
    ClockSteps = 64,
    Deletions = 128,
    All = Cuts | Restarts | Rotations | Refusals | EqualTimes | Skew | Deletions,
}

/// <summary>
/// A random run of one session under faults. The oracle is the plain list of what each container wrote: every line reaches
/// the viewer once and in order, or a gap of that container says that lines may be missing.
/// </summary>
internal sealed class FaultSchedule : IDisposable
{
    private readonly Simulation _simulation;
    private readonly ScriptedKubelet _kubelet;
    private readonly SimulatedReplica _replica;
    private readonly Faults _faults;
    private readonly Session _session;
    private readonly Dictionary<string, List<string>> _written = [];
    private readonly List<ScriptedContainer> _gone = [];
    private long _refuseUntil;
    private int _pods;

    public FaultSchedule(int seed, Faults faults)
    {
        _simulation = new Simulation(seed);
        _faults = faults;
        _kubelet = new ScriptedKubelet(_simulation) { Fault = Refuse, OnOpen = PlanCut };
        _replica = new SimulatedReplica(_simulation, _kubelet);
        int containers = Random.Next(1, 4);
        for (int i = 0; i < containers; i++)
        {
            AddPod();
        }

        Write(Random.Next(40));
        LogViewSpec spec = SimulatedReplica.Spec();
        spec.OrderWindow = Duration.Parse(Random.Next(3) == 0 ? "0s" : "100ms");
        _session = _replica.Start(spec);
        Viewer = new SimulatedViewer(_simulation, _session);
        ShowPods();
    }

    public SimulatedViewer Viewer { get; }

    private Random Random => _simulation.Random;

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Step();
        }

        // The faults end; whatever was held up arrives.
        _refuseUntil = 0;
        _kubelet.OnOpen = _ => { };
        ShowPods();
        _simulation.Advance(TimeSpan.FromSeconds(30));
        Write(3);
        _simulation.Advance(TimeSpan.FromSeconds(150));
    }

    public void Check()
    {
        List<SseEvent> events = Viewer.Events;
        foreach ((string pod, List<string> written) in _written)
        {
            string[] seen = [.. events.Where(received => received.Name == StreamEvents.Log && received.Text("pod") == pod)
                .Select(received => received.Text("message"))];
            bool declared = events.Any(received => received.Name == StreamEvents.Gap && received.Text("pod") == pod);
            CheckSubsequence(pod, written, seen, mayMiss: declared);
        }

        CheckAccounts(events.Count(received => received.Name == StreamEvents.Log));
        CheckIds(events);
        _replica.Stop(_session);
    }

    /// <summary>What happened, for whoever looks into a failure.</summary>
    public string Describe() => string.Join('\n', _kubelet.Requests.Concat(_kubelet.Containers.Concat(_gone).SelectMany(container =>
        container.Instances.Select(instance => $"{container.Pod} instance {instance.RestartCount} from {instance.StartedAt:O}, "
            + $"{instance.Lines.Count} lines, file from {instance.FileStart}, ended {instance.EndedAt:O}"))).Append(_session.Snapshot().ToString()));

    public void Dispose()
    {
        Viewer.Dispose();
        _kubelet.Dispose();
    }

    private static void CheckSubsequence(string pod, List<string> written, string[] seen, bool mayMiss)
    {
        int next = 0;
        foreach (string message in seen)
        {
            int found = written.IndexOf(message, next);
            if (found < 0)
            {
                throw new InvalidOperationException($"{pod}: \"{message}\" came twice or out of order, after {next} of {written.Count} lines");
            }

            if (found > next && !mayMiss)
            {
                throw new InvalidOperationException($"{pod}: {found - next} lines before \"{message}\" are lost without a gap");
            }

            next = found + 1;
        }

        if (next < written.Count && !mayMiss)
        {
            throw new InvalidOperationException($"{pod}: the last {written.Count - next} of {written.Count} lines are lost without a gap");
        }
    }

    private void CheckAccounts(int delivered)
    {
        SessionLineCounts counts = _session.Snapshot().Lines;
        if (counts.Received != counts.Kept + counts.Filtered + counts.Dropped || counts.Kept != delivered)
        {
            throw new InvalidOperationException($"the accounts do not balance: {counts}, delivered {delivered}");
        }
    }

    private static void CheckIds(List<SseEvent> events)
    {
        long sequence = 0;
        foreach (SseEvent received in events.Where(received => received.Id is not null))
        {
            if (received.Cursor.Sequence != ++sequence || received.Id!.Length > StreamCursor.MaxLength)
            {
                throw new InvalidOperationException($"id {received.Id} at position {sequence}");
            }
        }
    }

    private void Step()
    {
        int what = Random.Next(100);
        switch (what)
        {
            case < 50:
                Write(Random.Next(1, 12));
                break;
            case < 70:
                _simulation.Advance(TimeSpan.FromMilliseconds(Random.Next(1, what < 60 ? 300 : 5000)));
                break;
            case < 80 when _faults.HasFlag(Faults.Cuts):
                CutSome();
                break;
            case < 85 when _faults.HasFlag(Faults.Restarts):
                Restart();
                break;
            case < 88 when _faults.HasFlag(Faults.Rotations):
                Rotate();
                break;
            case < 92 when _faults.HasFlag(Faults.Refusals):
                _refuseUntil = _simulation.Time.Nanoseconds + (Random.NextInt64(20) * UnixNanoseconds.PerSecond);
                break;
            case < 94 when _faults.HasFlag(Faults.Deletions):
                DeleteOrAdd();
                break;
            default:
                ShowPods();
                break;
        }
    }

    private void AddPod()
    {
        ScriptedContainer container = _kubelet.Add($"pod-{_pods++}");
        container.Skew = _faults.HasFlag(Faults.Skew) ? Random.Next(-300, 301) * UnixNanoseconds.PerSecond : 0;
        _written[container.Pod] = [];
    }

    private void Write(int lines)
    {
        for (int i = 0; i < lines && _kubelet.Containers.Count > 0; i++)
        {
            ScriptedContainer container = Pick();
            if (container.Current.HasEnded)
            {
                continue;
            }

            List<string> written = _written[container.Pod];
            string message = $"{container.Pod} {written.Count} {new string('x', Random.Next(Random.Next(10) == 0 ? 300 : 20))}é\u001b\"";
            written.Add(message);
            _simulation.Do(() => container.Write(message, TimeOf(container)));
            if (!_faults.HasFlag(Faults.EqualTimes) || Random.Next(3) == 0)
            {
                _simulation.Advance(TimeSpan.FromTicks(Random.Next(1, 200_000)));
            }
        }
    }

    private long TimeOf(ScriptedContainer container)
    {
        // stdout and stderr are stamped apart: a line may be a little older than the one before.
        long back = _faults.HasFlag(Faults.EqualTimes) && Random.Next(10) == 0 ? Random.Next(20_000_000) : 0;
        return _simulation.Time.Nanoseconds + container.Skew - back;
    }

    private ScriptedContainer Pick() => _kubelet.Containers[Random.Next(_kubelet.Containers.Count)];

    private void PlanCut(ScriptedLogStream stream)
    {
        if (_faults.HasFlag(Faults.Cuts) && Random.Next(3) == 0)
        {
            stream.CutAfter(Random.Next(2000), Random.Next(2) == 0 ? Cut.Clean : Cut.Reset);
        }
    }

    private void CutSome() => _simulation.Do(() =>
    {
        foreach (ScriptedLogStream stream in _kubelet.OpenFollows.Where(_ => Random.Next(2) == 0).ToArray())
        {
            stream.CutAfter(Random.Next(200), Random.Next(2) == 0 ? Cut.Clean : Cut.Reset);
        }
    });

    private void Restart()
    {
        // From the second restart on the kubelet backs off 10 s, which the status does not lag behind.
        ShowPods();
        _simulation.Advance(TimeSpan.FromSeconds(10));
        ScriptedContainer container = Pick();
        _simulation.Do(container.End);
        if (Random.Next(2) == 0)
        {
            ShowPods();
        }

        _simulation.Advance(TimeSpan.FromMilliseconds(Random.Next(2000)));
        _simulation.Do(container.Restart);
        if (Random.Next(3) > 0)
        {
            _simulation.Advance(TimeSpan.FromMilliseconds(Random.Next(1500)));
            ShowPods();
        }
    }

    private void Rotate() => _simulation.Do(() =>
    {
        ScriptedInstance instance = Pick().Current;
        instance.FileStart = instance.WasRead ? Random.Next(instance.FileStart, instance.Lines.Count + 1) : instance.FileStart;
    });

    private void DeleteOrAdd()
    {
        if (Random.Next(2) == 0 || _kubelet.Containers.Count < 2)
        {
            AddPod();
        }
        else
        {
            ScriptedContainer container = Pick();
            _simulation.Do(container.End);
            _simulation.Advance(TimeSpan.FromMilliseconds(Random.Next(3000)));
            _kubelet.Containers.Remove(container);
            _gone.Add(container);
        }

        ShowPods();
    }

    private HttpResponseMessage? Refuse(ScriptedContainer container)
    {
        if (_simulation.Time.Nanoseconds >= _refuseUntil)
        {
            return null;
        }

        return Random.Next(4) switch
        {
            0 => ScriptedKubelet.Status(HttpStatusCode.TooManyRequests, "TooManyRequests", "slow down", TimeSpan.FromSeconds(1)),
            1 => ScriptedKubelet.Status(HttpStatusCode.InternalServerError, "", "Get https://node-1:10250/containerLogs: connection refused"),
            2 => ScriptedKubelet.Status(HttpStatusCode.NotFound, "NotFound", "the server could not find the requested resource ( pods/log )"),
            _ => throw new HttpRequestException("connection refused"),
        };
    }

    private void ShowPods() => _replica.ShowPods(_session);
}
