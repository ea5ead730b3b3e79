using System.Collections.Concurrent;
using System.Net;
using Kdd.Kubernetes.Controllers;
using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Controllers;

public sealed class ControllerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _runs = new();
    private Task _running = Task.CompletedTask;

    public ControllerTests() => _queue = new WorkQueue<string>(_time, new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), Jitter: 0));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _queue.Dispose();
    }

    [Fact]
    public async Task AKeyThatFailsWaitsOutItsBackOffAndHoldsNoOtherUp()
    {
        var other = new Signal();
        var failed = new Signal();
        Run(key =>
        {
            (key == "poison" ? failed : other).Set();
            return key == "poison" ? throw new InvalidDataException("bad") : ReconcileResult.Done;
        });
        _queue.Add("poison");
        await failed.Task.WaitAsync(Cancelled);
        _queue.Add("fine");
        await other.Task.WaitAsync(Cancelled);
        Assert.Equal(1, _runs["poison"]);
    }

    [Fact]
    public async Task AfterItsBackOffAFailedKeyIsTriedAgain()
    {
        var second = new Signal();
        Run(_ => _runs["a"] == 1 ? throw new InvalidDataException("bad") : Set(second));
        _queue.Add("a");
        await _time.AdvanceUntilAsync(second.Task, TimeSpan.FromMilliseconds(100), Cancelled);
        Assert.Equal(2, _runs["a"]);
    }

    [Fact]
    public async Task RequeueAfterRunsTheKeyAgainAtThatTime()
    {
        var first = new Signal();
        var second = new Signal();
        Run(_ =>
        {
            (_runs["a"] == 1 ? first : second).Set();
            return _runs["a"] == 1 ? ReconcileResult.RequeueAfter(TimeSpan.FromHours(1)) : ReconcileResult.Done;
        });
        _queue.Add("a");
        await first.Task.WaitAsync(Cancelled);
        await _time.AdvanceUntilAsync(second.Task, TimeSpan.FromMinutes(20), Cancelled);
        Assert.Equal(2, _runs["a"]);
    }

    [Fact]
    public async Task AThrottledKeyWaitsAsLongAsTheServerAsks()
    {
        DateTimeOffset start = _time.GetUtcNow();
        var second = new Signal();
        Run(_ => _runs["a"] == 1
            ? throw new KubernetesApiException(HttpStatusCode.TooManyRequests, "TooManyRequests", "slow down", TimeSpan.FromSeconds(30))
            : Set(second));
        _queue.Add("a");
        await _time.AdvanceUntilAsync(second.Task, TimeSpan.FromSeconds(1), Cancelled);
        Assert.True(_time.GetUtcNow() - start >= TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task TwoWorkersNeverRunTheSameKeyAtOnce()
    {
        int inside = 0, most = 0;
        var done = new CountdownEvent(50);
        Run(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            if (!done.IsSet)
            {
                done.Signal();
                _queue.Add("a");
            }

            return ReconcileResult.Done;
        });
        _queue.Add("a");
        await Task.Run(() => done.Wait(Cancelled), Cancelled);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task StoppingWaitsForTheRunUnderWay()
    {
        var entered = new Signal();
        var leave = new Signal();
        Run(async _ =>
        {
            entered.Set();
            await leave.Task;
            return ReconcileResult.Done;
        });
        _queue.Add("a");
        await entered.Task.WaitAsync(Cancelled);
        await _stop.CancelAsync();
        Assert.False(_running.IsCompleted);
        leave.Set();
        await _running.WaitAsync(Cancelled);
    }

    private static ReconcileResult Set(Signal signal)
    {
        signal.Set();
        return ReconcileResult.Done;
    }

    private void Run(Func<string, ReconcileResult> reconcile) => Run(key => Task.FromResult(reconcile(key)));

    private void Run(Func<string, Task<ReconcileResult>> reconcile)
    {
        var controller = new Controller<string>(
            "test",
            _queue,
            (key, _) =>
            {
                _runs.AddOrUpdate(key, 1, (_, runs) => runs + 1);
                return reconcile(key);
            },
            NullLogger.Instance,
            _time);
        _running = controller.RunAsync(workers: 4, _stop.Token);
    }
}
