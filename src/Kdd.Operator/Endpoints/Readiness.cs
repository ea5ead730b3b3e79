using Kdd.Kubernetes.Informers;
using Kdd.Operator.Ownership;
using Kdd.Operator.Reconciliation;

namespace Kdd.Operator.Endpoints;

/// <summary>What this replica needs before it can serve streams.</summary>
internal sealed class Readiness(Informer<ObservedLogView> logViews, Membership membership, IHostApplicationLifetime lifetime)
{
    /// <summary>Each check, with what is wrong or null.</summary>
    public IEnumerable<(string Name, string? Problem)> Checks() =>
    [
        ("stopping", lifetime.ApplicationStopping.IsCancellationRequested ? "this replica is stopping" : null),
        ("logviews", logViews.HasSynced ? null : $"LogViews were not listed yet: {logViews.Failure?.Message ?? "the first list is under way"}"),
        ("membership", membership.HasJoined ? null : "this replica's Lease was not seen yet"),
    ];
}
