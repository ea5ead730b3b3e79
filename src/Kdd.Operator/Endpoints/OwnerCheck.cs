using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Ownership;
using Kdd.Operator.Reconciliation;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Endpoints;

/// <summary>
/// Whether this replica is the one to ask: another owner is named (421), a moment in which nobody can tell is one to come
/// back after (503), and a LogView that has no session says why.
/// </summary>
internal sealed class OwnerCheck(Membership membership, Informer<ObservedLogView> logViews, SessionRegistry sessions, TimeProvider timeProvider) : IMiddleware
{
    /// <summary>A session starts in milliseconds; the gateway asks again after this.</summary>
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(2);

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        string? ns = http.GetRouteValue("namespace") as string;
        string? name = http.GetRouteValue("name") as string;
        if (ns is null || name is null)
        {
            await next(http);
            return;
        }

        if (!logViews.HasSynced || membership.OwnerOf(ns) is not { } owner)
        {
            await KubernetesStatus.Unavailable("this replica has just started and is reading the cluster").WriteAsync(http);
            return;
        }

        if (!membership.IsMine(ns))
        {
            http.Response.Headers[WireHeaders.Owner] = owner;
            await KubernetesStatus.Misdirected($"namespace {ns} belongs to {owner}").WriteAsync(http);
            return;
        }

        var key = new NamespacedName(ns, name);
        ObservedLogView? observed = logViews.Lister.Get(key);
        if (observed is null || sessions.Find(key) is not null)
        {
            // No such LogView: the endpoint says so.
            await next(http);
            return;
        }

        Condition? ready = observed.LogView?.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready);
        if (ready is { Status: "False", Reason: ReadyReasons.InvalidSpec or ReadyReasons.Forbidden } && ready.ObservedGeneration == observed.Metadata.Generation)
        {
            await KubernetesStatus.Conflict($"LogView {key} has no session: {ready.Message}").WriteAsync(http);
        }
        else if (await sessions.WantAsync(key, Start, timeProvider, http.RequestAborted) is not null)
        {
            await next(http);
        }
        else
        {
            await KubernetesStatus.Unavailable($"the session of LogView {key} is starting").WriteAsync(http);
        }
    }
}
