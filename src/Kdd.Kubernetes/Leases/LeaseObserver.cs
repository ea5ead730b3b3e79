using System.Collections.Immutable;
using Kdd.Kubernetes.Informers;
using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Leases;

/// <summary>A live holder of an observed Lease.</summary>
public sealed record LeaseMember(string Identity, IReadOnlyDictionary<string, string> Annotations);

/// <summary>
/// Who lives, told from Leases by the observer's own monotonic clock: a holder is live while its renewTime changed within
/// the last lease duration (the first sight counts as a change) and its Lease exists. Wall clocks are never compared,
/// so a machine whose clock is wrong is neither dead nor immortal.
/// </summary>
public sealed class LeaseObserver : IDisposable
{
    /// <summary>Never longer than what is left of a lease when its watch fails.</summary>
    private static readonly BackOff BackOff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _duration;
    private readonly Informer<LeaseRecord> _informer;
    private readonly ITimer _expiry;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LeaseRecord Lease, long ChangedAt)> _seen = [];

    /// <param name="duration">How long a holder is live after its renewTime last changed.</param>
    public LeaseObserver(KubernetesApi api, string @namespace, string labelSelector, TimeSpan duration, TimeProvider timeProvider, ILogger<LeaseObserver> logger)
    {
        _timeProvider = timeProvider;
        _duration = duration;
        var options = new InformerOptions
        {
            Type = ResourceType.Leases,
            Namespace = @namespace,
            LabelSelector = labelSelector,

            // A handful of Leases: one page is less than a stream.
            WatchList = false,

            // Renewals come every third of a lease's duration. A watch that brings none for two of them is asked again while
            // its holders still live: whom a silent connection hides would otherwise look dead.
            WatchSilence = duration * 2 / 3,
            BackOff = BackOff,
            ForbiddenBackOff = BackOff,
        };
        _informer = new Informer<LeaseRecord>(api, options, LeaseRecord.Format, timeProvider, logger);
        _informer.Changed += Observe;
        _expiry = timeProvider.CreateTimer(_ => Update(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The live holders by identity.</summary>
    public ImmutableDictionary<string, LeaseMember> Live { get; private set; } = ImmutableDictionary<string, LeaseMember>.Empty;

    /// <summary>Completes once all Leases have been seen a first time.</summary>
    public Task Synced => _informer.Synced;

    /// <summary><see cref="Live"/> has changed: a holder came or went, or its annotations did. Must return quickly.</summary>
    public event Action? Changed;

    /// <summary>Observes until cancelled; failures are retried here, never thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task running = _informer.RunAsync(cancellationToken);
        if (await Task.WhenAny(running, Synced).ConfigureAwait(false) == Synced)
        {
            Update();
        }

        await running.ConfigureAwait(false);
    }

    /// <summary>Stops the clock of expiry; <see cref="Live"/> keeps its last value.</summary>
    public void Dispose() => _expiry.Dispose();

    private void Observe(Change<LeaseRecord> change)
    {
        lock (_lock)
        {
            if (change.After is not { } lease)
            {
                _seen.Remove(change.Name.Name);
            }
            else if (_seen.TryGetValue(change.Name.Name, out var known) && known.Lease.Spec.RenewTime == lease.Spec.RenewTime)
            {
                _seen[change.Name.Name] = (lease, known.ChangedAt);
            }
            else
            {
                _seen[change.Name.Name] = (lease, _timeProvider.GetTimestamp());
            }
        }

        Update();
    }

    private void Update()
    {
        // A list that is read only in part would show a world of few members, and one that owns everything.
        if (!_informer.HasSynced)
        {
            return;
        }

        bool news;
        lock (_lock)
        {
            var live = _seen.Values.Where(IsLive_NeedsLock).Where(seen => seen.Lease.Spec.HolderIdentity is { Length: > 0 })
                .Select(seen => new LeaseMember(seen.Lease.Spec.HolderIdentity!, seen.Lease.Metadata.Annotations ?? ImmutableDictionary<string, string>.Empty))
                .DistinctBy(member => member.Identity)
                .ToImmutableDictionary(member => member.Identity);
            news = !SameMembers(live, Live);
            Live = news ? live : Live;
            SetTimer_NeedsLock();
        }

        if (news)
        {
            Changed?.Invoke();
        }
    }

    private bool IsLive_NeedsLock((LeaseRecord Lease, long ChangedAt) seen) => _timeProvider.GetElapsedTime(seen.ChangedAt) < _duration;

    private void SetTimer_NeedsLock()
    {
        IEnumerable<TimeSpan> left = _seen.Values.Where(IsLive_NeedsLock).Select(seen => _duration - _timeProvider.GetElapsedTime(seen.ChangedAt));
        _expiry.Change(left.DefaultIfEmpty(Timeout.InfiniteTimeSpan).Min(), Timeout.InfiniteTimeSpan);
    }

    private static bool SameMembers(ImmutableDictionary<string, LeaseMember> left, ImmutableDictionary<string, LeaseMember> right)
        => left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out LeaseMember? other)
            && pair.Value.Annotations.Count == other.Annotations.Count
            && pair.Value.Annotations.All(a => other.Annotations.TryGetValue(a.Key, out string? value) && value == a.Value));
}
