using System.Collections.Immutable;
using Kdd.Kubernetes.Leases;

namespace Kdd.Gateway.Routing;

/// <summary>The operator replicas that live, as their Leases say. Safe for concurrent use.</summary>
public sealed class MemberDirectory(LeaseObserver observer, ILogger<MemberDirectory> logger) : BackgroundService
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, Member> _members = ImmutableDictionary<string, Member>.Empty;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>
    /// By name. When none is seen alive, the last ones that were: an API server that is down lets every Lease grow old,
    /// and the replicas stream on all the same.
    /// </summary>
    public ImmutableDictionary<string, Member> Members => Volatile.Read(ref _members);

    public bool Synced => observer.Synced.IsCompletedSuccessfully;

    /// <summary>Completes at the next change of <see cref="Members"/>.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    /// <summary>Raised after a change of <see cref="Members"/>.</summary>
    public event Action? Changed;

    /// <summary>The member whose process answers as <paramref name="host"/>; null when it is gone.</summary>
    public Member? ByHost(string host) => Members.Values.FirstOrDefault(member => member.Host == host);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        observer.Changed += Update;
        try
        {
            await observer.RunAsync(stoppingToken);
        }
        finally
        {
            observer.Changed -= Update;
        }
    }

    private void Update()
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            ImmutableDictionary<string, Member> live = Read();
            if (live.IsEmpty)
            {
                return;
            }

            Volatile.Write(ref _members, live);
            signal = _changed;
            _changed = NewSignal();
        }

        Changed?.Invoke();
        signal.SetResult();
    }

    private ImmutableDictionary<string, Member> Read()
    {
        var members = ImmutableDictionary.CreateBuilder<string, Member>(StringComparer.Ordinal);
        foreach (LeaseMember lease in observer.Live.Values)
        {
            if (Member.From(lease, out string problem) is { } member)
            {
                members[member.Name] = member;
            }
            else
            {
                logger.LogWarning("The member Lease of {Member} is left out: {Problem}", lease.Identity, problem);
            }
        }

        return members.ToImmutable();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
