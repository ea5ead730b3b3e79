using CsCheck;
using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests.Queues;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<int> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<int>(_time, new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), Jitter: 0));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task KeysComeInTheOrderTheyWereAdded()
    {
        _queue.Add(1);
        _queue.Add(2);
        Assert.Equal((1, 2), (await _queue.GetAsync(Cancelled), await _queue.GetAsync(Cancelled)));
    }

    [Fact]
    public void AKeyAddedTwiceIsQueuedOnce()
    {
        _queue.Add(1);
        _queue.Add(1);
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task AKeyAddedWhileItIsProcessedIsNotHandedToASecondWorker()
    {
        _queue.Add(1);
        int key = await _queue.GetAsync(Cancelled);
        _queue.Add(key);
        Assert.Equal(0, _queue.Depth);
        Assert.False(_queue.GetAsync(Cancelled).AsTask().IsCompleted);
    }

    [Fact]
    public async Task AKeyAddedWhileItIsProcessedComesAgainAfterDone()
    {
        _queue.Add(1);
        int key = await _queue.GetAsync(Cancelled);
        _queue.Add(key);
        Task<int> again = _queue.GetAsync(Cancelled).AsTask();
        _queue.Done(key);
        Assert.Equal(1, await again);
    }

    [Fact]
    public async Task AKeyThatWasNotAddedMeanwhileDoesNotComeAgain()
    {
        _queue.Add(1);
        _queue.Done(await _queue.GetAsync(Cancelled));
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task WhoWaitsGetsTheKeyThatIsAddedLater()
    {
        Task<int> waiting = _queue.GetAsync(Cancelled).AsTask();
        _queue.Add(7);
        Assert.Equal(7, await waiting);
    }

    [Fact]
    public async Task WaitingEndsWithTheToken()
    {
        using var stop = new CancellationTokenSource();
        Task<int> waiting = _queue.GetAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await waiting);
    }

    [Fact]
    public void ADelayedKeyComesWhenItIsDueAndNotBefore()
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Equal(0, _queue.Depth);
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public void OfTwoDelaysTheEarlierCountsWhicheverCameFirst()
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(9));
        _queue.AddAfter(1, TimeSpan.FromSeconds(3));
        _queue.AddAfter(2, TimeSpan.FromSeconds(3));
        _queue.AddAfter(2, TimeSpan.FromSeconds(9));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(2, _queue.Depth);
    }

    [Fact]
    public async Task ADelayThatWasOvertakenDoesNotWakeASecondTime()
    {
        _queue.AddAfter(1, TimeSpan.FromSeconds(9));
        _queue.AddAfter(1, TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(3));
        _queue.Done(await _queue.GetAsync(Cancelled));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public void ADelayOfNothingIsAnAdd()
    {
        _queue.AddAfter(1, TimeSpan.Zero);
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task EachFailureDoublesTheKeysOwnBackOffUpToTheCap()
    {
        foreach (int seconds in new[] { 1, 2, 4, 8, 8 })
        {
            _queue.AddRateLimited(1);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, _queue.Depth);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _queue.Done(await _queue.GetAsync(Cancelled));
        }
    }

    [Fact]
    public async Task ForgetStartsTheBackOffAnewForThatKeyAlone()
    {
        _queue.AddRateLimited(1);
        _queue.AddRateLimited(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        _queue.Done(await _queue.GetAsync(Cancelled));
        _queue.Done(await _queue.GetAsync(Cancelled));
        _queue.Forget(1);
        _queue.AddRateLimited(1);
        _queue.AddRateLimited(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await _queue.GetAsync(Cancelled));
        Assert.Equal(0, _queue.Depth);
    }

    /// <summary>Any sequence of operations behaves as the three sets of client-go's workqueue do on paper.</summary>
    [Fact]
    public void BehavesAsItsModel()
        => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4]).List[0, 100].Sample(operations =>
        {
            using var queue = new WorkQueue<int>(_time);
            var model = new Model();
            foreach ((int operation, int key) in operations)
            {
                switch (operation)
                {
                    case 0:
                        queue.Add(key);
                        model.Add(key);
                        break;
                    case 1 when model.Ready.Count > 0:
                        Task<int> next = queue.GetAsync(CancellationToken.None).AsTask();
                        Assert.True(next.IsCompleted);
                        Assert.Equal(model.Get(), next.GetAwaiter().GetResult());
                        break;
                    case 2 when model.Processing.Contains(key):
                        queue.Done(key);
                        model.Done(key);
                        break;
                }

                Assert.Equal(model.Ready.Count, queue.Depth);
            }
        });

    private sealed class Model
    {
        public List<int> Ready { get; } = [];

        public HashSet<int> Processing { get; } = [];

        private HashSet<int> Again { get; } = [];

        public void Add(int key)
        {
            if (Processing.Contains(key))
            {
                Again.Add(key);
            }
            else if (!Ready.Contains(key))
            {
                Ready.Add(key);
            }
        }

        public int Get()
        {
            int key = Ready[0];
            Ready.RemoveAt(0);
            Processing.Add(key);
            return key;
        }

        public void Done(int key)
        {
            Processing.Remove(key);
            if (Again.Remove(key))
            {
                Ready.Add(key);
            }
        }
    }
}
