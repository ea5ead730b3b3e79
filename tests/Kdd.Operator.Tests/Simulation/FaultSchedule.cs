using System.Net;
using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>Runs a <see cref="FaultPlan"/>: one LogView, its containers and one reference client, under faults.</summary>
internal sealed partial class FaultSchedule : IDisposable
{
    private readonly FaultPlan _plan;
    private readonly Simulation _simulation;
    private readonly ScriptedKubelet _kubelet;
    private readonly SimulatedReplica[] _replicas;
    private readonly SimulatedClient _client;
    private LogViewSpec _spec = SimulatedReplica.Spec();
    private readonly Dictionary<string, List<FileLine>> _written = [];
    private readonly List<ScriptedContainer> _gone = [];
    private readonly List<string> _story = [];
    private readonly bool _shortTail;
    private Session _session;
    private int _owner;
    private Random _random;
    private long _refuseUntil;
    private readonly int _firstPods;

    public FaultSchedule(FaultPlan plan)
    {
        _plan = plan;
        _simulation = new Simulation(plan.Seed);
        _random = _simulation.Random;
        _kubelet = new ScriptedKubelet(_simulation) { Fault = Refuse, OnOpen = PlanCut, ToldLate = container => _simulation.Random.Next(2) == 0 ? container.Told : null };
        _replicas = [new SimulatedReplica(_simulation, _kubelet), new SimulatedReplica(_simulation, _kubelet)];
        _client = new SimulatedClient(_simulation);
        _firstPods = _random.Next(1, 4);
        for (int i = 0; i < _firstPods; i++)
        {
            AddPod();
        }

        Write(_random.Next(40));
        _spec.OrderWindow = Duration.Parse(_random.Next(3) == 0 ? "0s" : "100ms");
        _spec.IdleTimeout = Duration.Parse(Has(Faults.Idle) ? "1m" : "0s");
        _shortTail = Has(Faults.Owners) && _random.Next(2) == 0;
        _spec.Tail.Lines = _shortTail ? 3 : 5000;
        _session = _replicas[0].Start(_spec);
        _client.Connect(_session);
        ShowPods();
    }

    /// <summary>Runs and checks; the exception says what went wrong, in which plan.</summary>
    public static void Run(FaultPlan plan)
    {
        if (Failure(plan) is { } failure)
        {
            FaultPlan smallest = plan.Shrink(candidate => Failure(candidate) is not null);
            throw new InvalidOperationException($"{failure.Message}\n{plan}\nshrunk: {smallest}\n{Failure(smallest)?.Message}\n{Story(smallest)}", failure);
        }
    }

    public static Exception? Failure(FaultPlan plan)
    {
        using var schedule = new FaultSchedule(plan);
        try
        {
            schedule.Run();
            schedule.Check();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or NullReferenceException or ArgumentException)
        {
            return e;
        }
    }

    /// <summary>What happened, for whoever looks into a failure.</summary>
    public static string Story(FaultPlan plan)
    {
        using var schedule = new FaultSchedule(plan);
        try
        {
            schedule.Run();
        }
        catch (InvalidOperationException e)
        {
            schedule._story.Add(e.Message);
        }

        schedule._story.AddRange(schedule._client.Received.Select(received => $"  {received}"));
        return string.Join('\n', schedule._story.Concat(schedule._kubelet.Containers.Concat(schedule._gone).SelectMany(container => container.Instances.Select(
            instance => $"{container.Pod} instance {instance.RestartCount} from {instance.StartedAt:O}, {instance.Lines.Count} lines, "
                + $"file from {instance.FileStart}, ended {instance.EndedAt:O}"))));
    }

    public void Dispose()
    {
        _client.Dispose();
        _kubelet.Dispose();
    }

    private bool Has(Faults faults) => _plan.Faults.HasFlag(faults);

    private void Run()
    {
        foreach (FaultStep step in _plan.Steps)
        {
            _random = new Random(step.Seed);
            _story.Add($"{_simulation.Time.Now:HH:mm:ss.fff} {step.Kind}");
            Step(step.Kind);
            _client.Take();
            _story.AddRange(_kubelet.Requests.Select(request => $"    {request}"));
            _kubelet.Requests.Clear();
        }

        // The faults end; whatever was held up arrives.
        _refuseUntil = 0;
        _kubelet.OnOpen = _ => { };
        _client.Viewer?.GoOn();
        ShowPods();
        Wait(TimeSpan.FromSeconds(30));
        Write(3);
        Wait(TimeSpan.FromSeconds(150));
        _story.AddRange(_kubelet.Requests.Select(request => $"    {request}"));
        _story.AddRange(_client.Shown.Where(received => received.Name is StreamEvents.Gap).Select(received => $"gap {received.Data}"));
    }

    private void Check()
    {
        foreach ((string pod, List<FileLine> written) in _written)
        {
            FaultOracle.CheckPod(pod, written, _client.Shown, _shortTail && int.Parse(pod.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture) < _firstPods,
                mayRepeat: Has(Faults.Owners) && Has(Faults.EqualTimes));
        }

        FaultOracle.CheckAccounts(_session);
        if (_session.Accounts().FirstOrDefault(account => account.Waiting > 0) is { Waiting: > 0 } waiting)
        {
            throw new InvalidOperationException($"lines wait for ever: {waiting}");
        }

        if (!Has(Faults.Viewers))
        {
            FaultOracle.CheckIds(_client.Received);
        }

        const Faults lossless = Faults.Cuts | Faults.Refusals | Faults.EqualTimes | Faults.Skew | Faults.ClockSteps | Faults.Viewers | Faults.Specs;
        if ((_plan.Faults & ~lossless) == 0 && _client.Shown.FirstOrDefault(received => received.Name == StreamEvents.Gap) is { } gap)
        {
            throw new InvalidOperationException($"nothing was lost, but a gap says so: {gap.Data}");
        }

        _replicas[_owner].Stop(_session);
    }

    private void Wait(TimeSpan time)
    {
        // In parts, so that the client's clock is near the truth when it takes what came.
        for (TimeSpan part = TimeSpan.FromSeconds(5); time > TimeSpan.Zero; time -= part)
        {
            _simulation.Advance(time < part ? time : part);
            _client.Take();
        }
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

            string message = $"{container.Pod} {_written[container.Pod].Count} {new string('x', _random.Next(_random.Next(10) == 0 ? 300 : 20))}é\u001b\"";
            _simulation.Do(() => container.Write(message, TimeOf(container)));
            _written[container.Pod].Add(container.Current.Lines[^1]);
            if (!Has(Faults.EqualTimes) || _random.Next(3) == 0)
            {
                _simulation.Advance(TimeSpan.FromTicks(_random.Next(1, 200_000)));
            }
        }
    }

    private long TimeOf(ScriptedContainer container)
    {
        // stdout and stderr are stamped apart: a line may be a little older than the one before.
        long back = Has(Faults.EqualTimes) && _random.Next(10) == 0 ? _random.Next(20_000_000) : 0;
        return Math.Max(_simulation.Time.Nanoseconds + container.Skew - back, container.Current.StartedAtNode);
    }

    private ScriptedContainer Pick() => _kubelet.Containers[_random.Next(_kubelet.Containers.Count)];

    private void PlanCut(ScriptedLogStream stream)
    {
        if (Has(Faults.Cuts) && _simulation.Random.Next(3) == 0)
        {
            stream.CutAfter(_simulation.Random.Next(2000), _simulation.Random.Next(2) == 0 ? Cut.Clean : Cut.Reset);
        }
    }

    private HttpResponseMessage? Refuse(ScriptedContainer container)
    {
        if (_simulation.Time.Nanoseconds >= _refuseUntil)
        {
            return null;
        }

        return _simulation.Random.Next(4) switch
        {
            0 => ScriptedKubelet.Status(HttpStatusCode.TooManyRequests, "TooManyRequests", "slow down", TimeSpan.FromSeconds(1)),
            1 => ScriptedKubelet.Status(HttpStatusCode.InternalServerError, "", "Get https://node-1:10250/containerLogs: connection refused"),
            2 => ScriptedKubelet.Status(HttpStatusCode.NotFound, "NotFound", "the server could not find the requested resource ( pods/log )"),
            _ => throw new HttpRequestException("connection refused"),
        };
    }

    private void ShowPods() => _replicas[_owner].ShowPods(_session);
}
