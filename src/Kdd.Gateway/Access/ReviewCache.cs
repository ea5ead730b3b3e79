using System.Collections.Concurrent;

namespace Kdd.Gateway.Access;

/// <summary>
/// Decisions, each asked for once at a time and kept for a short while whatever the number of streams that need it.
/// A failure is not kept. Safe for concurrent use.
/// </summary>
/// <param name="lifetime">Counted from the asking, so that no decision is older than this.</param>
internal sealed class ReviewCache<TKey, TValue>(TimeSpan lifetime, TimeProvider timeProvider)
    where TKey : notnull
{
    /// <summary>Past this the stale ones are swept; a flood of made-up tokens must not fill memory.</summary>
    private const int SweepAt = 10_000;

    private readonly ConcurrentDictionary<TKey, Decision> _decisions = new();

    public async Task<TValue> GetAsync(TKey key, Func<Task<TValue>> ask, CancellationToken cancellationToken)
    {
        Decision? mine = null;
        Decision current = _decisions.AddOrUpdate(
            key,
            _ => mine ??= new Decision(ask, timeProvider.GetTimestamp()),
            (_, known) => IsFresh(known) ? known : mine ??= new Decision(ask, timeProvider.GetTimestamp()));
        if (ReferenceEquals(current, mine) && _decisions.Count > SweepAt)
        {
            Sweep();
        }

        return await current.Value.WaitAsync(cancellationToken);
    }

    private bool IsFresh(Decision decision)
        => !decision.Failed && timeProvider.GetElapsedTime(decision.AskedAt) < lifetime;

    private void Sweep()
    {
        foreach (KeyValuePair<TKey, Decision> pair in _decisions)
        {
            if (!IsFresh(pair.Value))
            {
                _decisions.TryRemove(pair);
            }
        }

        if (_decisions.Count > SweepAt)
        {
            _decisions.Clear();
        }
    }

    private sealed class Decision(Func<Task<TValue>> ask, long askedAt)
    {
        private readonly Lazy<Task<TValue>> _value = new(ask);

        public long AskedAt => askedAt;

        public Task<TValue> Value => _value.Value;

        public bool Failed => _value.IsValueCreated && _value.Value is { IsCompleted: true, IsCompletedSuccessfully: false };
    }
}
