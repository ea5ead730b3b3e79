using System.Threading.Channels;

namespace Kdd.DevCluster.Workloads;

/// <summary>Keys to be reconciled: each at most once, and again when it was added while it was being worked on.</summary>
internal sealed class KeyQueue<TKey>(TimeProvider timeProvider)
    where TKey : notnull
{
    private readonly Channel<TKey> _channel = Channel.CreateUnbounded<TKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<TKey> _waiting = [];
    private readonly Lock _lock = new();

    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_waiting.Add(key))
            {
                _channel.Writer.TryWrite(key);
            }
        }
    }

    public void AddAfter(TKey key, TimeSpan delay, CancellationToken cancellationToken) =>
        _ = Task.Delay(delay, timeProvider, cancellationToken)
            .ContinueWith(_ => Add(key), cancellationToken, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    public async Task<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await _channel.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            _waiting.Remove(key);
        }
        return key;
    }
}
