using System.Collections.Immutable;
using Kdd.Api.Sharding;

namespace Kdd.Gateway.Routing;

/// <summary>
/// The operator replicas that the member Leases name, and which of them live: those whose renewTime changed within the last
/// 15 s of this process's monotonic clock, first sight counting as a change. Safe for concurrent use.
/// </summary>
public sealed class MemberDirectory(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, Sighting> _members = ImmutableDictionary<string, Sighting>.Empty.WithComparers(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Members with a Lease, live or not, by name.</summary>
    public IEnumerable<Member> Members => _members.Values.Select(sighting => sighting.Member);

    /// <summary>Completes at the next change of <see cref="Members"/> other than a renewal.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Raised, outside locks, after a change of <see cref="Members"/> other than a renewal.</summary>
    public event Action? MembersChanged;

    /// <summary>Takes over the full list of Leases as it stands.</summary>
    public void Replace(IEnumerable<Member> members)
    {
        TaskCompletionSource? signal = null;
        lock (_lock)
        {
            ImmutableDictionary<string, Sighting> before = _members;
            long now = timeProvider.GetTimestamp();
            _members = members.ToImmutableDictionary(
                member => member.Name,
                member => before.TryGetValue(member.Name, out Sighting? seen) && seen.Member == member ? seen : new Sighting(member, now),
                StringComparer.Ordinal);
            if (!SameProcesses(before, _members))
            {
                signal = _changed;
                _changed = NewSignal();
            }
        }

        if (signal is not null)
        {
            MembersChanged?.Invoke();
            signal.SetResult();
        }
    }

    public bool IsLive(string name)
        => _members.TryGetValue(name, out Sighting? seen) && timeProvider.GetElapsedTime(seen.RenewedAt) < MemberLease.Duration;

    /// <summary>The live members' names.</summary>
    public IEnumerable<string> Live() => _members.Keys.Where(IsLive);

    /// <summary>The member whose process answers as <paramref name="host"/>; null when it is gone.</summary>
    public Member? ByHost(string host) => Members.FirstOrDefault(member => member.Host == host);

    private static bool SameProcesses(ImmutableDictionary<string, Sighting> before, ImmutableDictionary<string, Sighting> after)
        => before.Count == after.Count
        && after.All(pair => before.TryGetValue(pair.Key, out Sighting? old) && old.Member with { RenewTime = pair.Value.Member.RenewTime } == pair.Value.Member);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Sighting(Member Member, long RenewedAt);
}
