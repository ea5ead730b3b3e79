namespace Kdd.Operator.Tests.Simulation;

/// <summary>
/// Runs asynchronous code on one thread in one order: what is ready runs first to last, and only when nothing is ready does
/// the clock move. The same seed gives the same run, an hour of simulated time takes milliseconds, and nothing sleeps.
/// </summary>
internal sealed class Simulation : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly Lock _lock = new();

    public Simulation(int seed)
    {
        Random = new Random(seed);
        Time = new SimulatedTime(new DateTimeOffset(2026, 11, 23, 13, 0, 0, TimeSpan.Zero).AddTicks(Random.Next(10_000_000)));
    }

    public Random Random { get; }

    public SimulatedTime Time { get; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            _ready.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs an action as if it came from outside: completions that it causes continue in place.</summary>
    public static void Outside(Action action)
    {
        SynchronizationContext? context = Current;
        SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(context);
        }
    }

    /// <summary>Runs an action inside, then everything that becomes ready by it; the clock stands still.</summary>
    public void Do(Action action)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            RunReady();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time) => Do(() =>
    {
        DateTimeOffset until = Time.Now + time;
        RunReady();
        bool more = true;
        for (int i = 0; more; i++)
        {
            if (i == MostAtOneMoment)
            {
                throw new InvalidOperationException($"the simulation spins: {i} timers within {time}");
            }

            Outside(() => more = Time.FireNext(until));
            RunReady();
        }
    });

    /// <summary>Runs a task to its end, with the clock going as far as it needs within a simulated day.</summary>
    public void Run(Func<Task> work)
    {
        Task task = Task.CompletedTask;
        Do(() => task = work());
        DateTimeOffset limit = Time.Now.AddDays(1);
        while (!task.IsCompleted)
        {
            bool more = false;
            Do(() => Outside(() => more = Time.FireNext(limit)));
            if (!more && !task.IsCompleted)
            {
                throw new InvalidOperationException("the simulation stands still: nothing is ready and no timer is set");
            }
        }

        task.GetAwaiter().GetResult();
    }

    /// <summary>More callbacks than this without the clock moving is a loop that spins.</summary>
    private const int MostAtOneMoment = 20_000;

    private void RunReady()
    {
        for (int i = 0; ; i++)
        {
            if (i == MostAtOneMoment)
            {
                throw new InvalidOperationException("the simulation spins: work makes work without the clock moving");
            }

            (SendOrPostCallback Callback, object? State) next;
            lock (_lock)
            {
                if (!_ready.TryDequeue(out next))
                {
                    return;
                }
            }

            next.Callback(next.State);
        }
    }
}
