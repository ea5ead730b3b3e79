using Kdd.Api.Sharding;
using Kdd.Kubernetes.Leases;

namespace Kdd.Operator.Ownership;

/// <summary>Which replica owns a namespace, as this one sees it.</summary>
public sealed class Membership
{
    private readonly string _identity;
    private readonly HeldLease _lease;
    private readonly LeaseObserver _observer;
    private readonly Lock _lock = new();
    private string[] _members = [];

    public Membership(OperatorOptions options, HeldLease lease, LeaseObserver observer)
    {
        (_identity, _lease, _observer) = (options.Identity, lease, observer);
        observer.Changed += Update;

        // What was not believed while renewals failed is looked at again.
        lease.Renewed += Update;
    }

    /// <summary>Other members own other namespaces now than they did. Must return quickly.</summary>
    public event Action? Changed;

    /// <summary>False until this replica is itself a member that all can see.</summary>
    public bool HasJoined => Array.IndexOf(_members, _identity) >= 0;

    /// <summary>False when this replica could not renew its Lease for 10 s: others may be about to take over, so nothing is written.</summary>
    public bool MayWrite => _lease.IsValid;

    public int Members => _members.Length;

    /// <summary>Null while no member is known.</summary>
    public string? OwnerOf(string @namespace) => ShardMap.OwnerOf(@namespace, _members);

    public bool IsMine(string @namespace) => OwnerOf(@namespace) == _identity;

    private void Update()
    {
        // When our own renewals fail, the API server is what fails: then the others' silence proves nothing, and to take
        // their namespaces (or give ours up) would only cut streams that run.
        if (HasJoined && !_lease.IsValid)
        {
            return;
        }

        lock (_lock)
        {
            string[] members = [.. _observer.Live.Keys.Order(StringComparer.Ordinal)];
            if (members.SequenceEqual(_members))
            {
                return;
            }

            _members = members;
        }

        Changed?.Invoke();
    }
}
