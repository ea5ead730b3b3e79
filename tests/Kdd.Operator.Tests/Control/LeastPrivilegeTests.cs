using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Storage;
using Kdd.Kubernetes.Events;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>
/// The operator's installed roles, both ways: an operator that does all it can do is refused nothing, and uses every verb
/// that they grant. So nothing is missing, and whatever were taken away would be missed.
/// </summary>
public sealed class LeastPrivilegeTests : IAsyncDisposable
{
    private const string Operator = "system:serviceaccount:kdd-system:kdd-operator";

    /// <summary>DevCluster decides an apply by patch alone; a real API server asks for create as well when it makes the object.</summary>
    private const string OnlyOnRealServers = "create leases";

    private static readonly string[] Kinds = ["ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController", "Deployment"];

    private readonly ConcurrentDictionary<string, bool> _used = new();
    private readonly ConcurrentDictionary<string, bool> _refused = new();
    private ControlCluster? _cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheOperatorUsesExactlyTheVerbsOfItsRoles()
    {
        _cluster = await ControlCluster.StartAsync(nodes: true, new DevClusterOptions
        {
            Kubelet = new KubeletSettings { Scripts = new Dictionary<string, ContainerScript> { ["once"] = WriteOnce } },
        });
        _cluster.Host.Services.GetRequiredService<Authorizer>().Decided += Note;

        // A server without streamed lists, as one whose feature gate is off: pages need the verb list.
        _cluster.Host.Faults.Fail(new RequestMatch { Verb = "watch", Resource = "logviews" }, (int)HttpStatusCode.UnprocessableEntity, times: 1);
        OperatorUnderTest replica = await _cluster.StartOperatorAsync();

        await ReadEveryKindOfWorkloadAsync();
        await ReadAPodToItsEndAsync();
        await LoseAWorkloadAgainAndAgainAsync();
        await ServeTheGatewayAsync(replica);
        await replica.StopAsync(Cancelled);

        Assert.Empty(_refused.Keys);
        Assert.Equal(Granted().Except([OnlyOnRealServers]).Order(), _used.Keys.Order());
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private static Task<int> WriteOnce(ScriptContext context, CancellationToken terminated)
    {
        context.WriteLine("done");
        return Task.FromResult(0);
    }

    private void Note(UserInfo user, DevCluster.Http.RequestInfo request, Decision decision)
    {
        if (user.Name == Operator && request.IsResourceRequest)
        {
            string resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
            (decision.Allowed ? _used : _refused)[$"{request.Verb} {resource}"] = true;
        }
    }

    private async Task ReadEveryKindOfWorkloadAsync()
    {
        foreach (string kind in Kinds)
        {
            await _cluster!.CreateLogViewAsync("of-" + kind.ToLowerInvariant(), $$$"""{"workload":{"kind":"{{{kind}}}","name":"absent"}}""");
        }

        foreach (string kind in Kinds)
        {
            await _cluster!.StatusAsync("of-" + kind.ToLowerInvariant(), ReadyReasons.WorkloadNotFound);
        }
    }

    /// <summary>Its lines are read, the session completes, and the LogView asks to be deleted.</summary>
    private async Task ReadAPodToItsEndAsync()
    {
        await _cluster!.CreateAsync("Pod", "shop", """{"metadata":{"name":"task"},"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"once"}]}}""");
        await _cluster.CreateLogViewAsync("task", """{"workload":{"kind":"Pod","name":"task"},"follow":false,"ttlSecondsAfterFinished":0}""");
        await _cluster.DeletedAsync("task");
    }

    /// <summary>The same Event again, until it is counted up: the recorder writes a series at most every 10 s.</summary>
    private async Task LoseAWorkloadAgainAndAgainAsync()
    {
        await _cluster!.CreateLogViewAsync("lost", """{"workload":{"kind":"Pod","name":"lost"}}""");
        long started = TimeProvider.System.GetTimestamp();
        do
        {
            await _cluster.StatusAsync("lost", ReadyReasons.WorkloadNotFound);
            await _cluster.CreatePodAsync("lost");
            await _cluster.StatusAsync("lost", state => state.Reason != ReadyReasons.WorkloadNotFound);
            await _cluster.DeleteAsync("Pod", "shop", "lost");
        }
        while (!_used.ContainsKey("patch events") && TimeProvider.System.GetElapsedTime(started) < 3 * EventRecorder.SeriesInterval);

        await _cluster.StatusAsync("lost", ReadyReasons.WorkloadNotFound);
    }

    private async Task ServeTheGatewayAsync(OperatorUnderTest replica)
    {
        await _cluster!.CreateAsync("ServiceAccount", "kdd-system", """{"metadata":{"name":"kdd-gateway"}}""");
        JsonObject token = await _cluster.PostAsync("api/v1/namespaces/kdd-system/serviceaccounts/kdd-gateway/token", """{"spec":{"audiences":["kdd-operator"]}}""");
        using HttpResponseMessage answer = await replica.GetStreamAsync("shop", "lost", (string?)token["status"]!["token"], Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private IEnumerable<string> Granted() =>
        from role in new[]
        {
            _cluster!.Host.Store.Get(new ResourceKey("rbac.authorization.k8s.io", "clusterroles"), null, "kdd-operator")!,
            _cluster.Host.Store.Get(new ResourceKey("rbac.authorization.k8s.io", "roles"), "kdd-system", "kdd-operator")!,
        }
        from rule in role["rules"]!.AsArray()
        from resource in rule!["resources"]!.AsArray()
        from verb in rule["verbs"]!.AsArray()
        select $"{verb} {resource}";
}
