using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>From every kind of workload to its pods, on a cluster where only the test makes pods.</summary>
public sealed class WorkloadTests : IAsyncLifetime
{
    private const string Rollouts = """
        {"metadata":{"name":"rollouts.argoproj.io"},"spec":{"group":"argoproj.io","scope":"Namespaced",
         "names":{"plural":"rollouts","singular":"rollout","kind":"Rollout","listKind":"RolloutList"},
         "versions":[{"name":"v1alpha1","served":true,"storage":true,
           "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"subresources":{"status":{}}}]}}
        """;

    private ControlCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlCluster.StartAsync(nodes: false);
        await _cluster.StartOperatorAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("ReplicaSet")]
    [InlineData("StatefulSet")]
    [InlineData("DaemonSet")]
    [InlineData("Job")]
    [InlineData("ReplicationController")]
    public async Task AWorkloadsOwnPodsAreRead(string kind)
    {
        JsonObject workload = await _cluster.CreateAsync(kind, "shop", Workload("cart", kind));
        await _cluster.CreatePodAsync("cart-1", workload, """{"app":"cart"}""");
        await _cluster.CreatePodAsync("impostor", null, """{"app":"cart"}""");
        await _cluster.CreateLogViewAsync("lv", $$$"""{"workload":{"kind":"{{{kind}}}","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.Streaming && state.Pods.SequenceEqual(["cart-1"]));
        await _cluster.CreatePodAsync("cart-2", workload, """{"app":"cart"}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-1", "cart-2"]));
    }

    [Theory]
    [InlineData("Deployment", "ReplicaSet")]
    [InlineData("CronJob", "Job")]
    public async Task PodsOfWhatAWorkloadOwnsAreRead(string kind, string between)
    {
        JsonObject workload = await _cluster.CreateAsync(kind, "shop", Workload("cart", kind));
        JsonObject first = await _cluster.CreateAsync(between, "shop", Workload("cart-a", between, workload));
        await _cluster.CreatePodAsync("cart-a-1", first);
        await _cluster.CreateLogViewAsync("lv", $$$"""{"workload":{"kind":"{{{kind}}}","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-a-1"]));

        // A roll-out: the next generation's pods appear under an owner that did not exist before.
        JsonObject second = await _cluster.CreateAsync(between, "shop", Workload("cart-b", between, workload));
        await _cluster.CreatePodAsync("cart-b-1", second);
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-a-1", "cart-b-1"]));
    }

    [Fact]
    public async Task APodIsReadByItsName()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Pod","name":"lonely"}}""");
        await _cluster.StatusAsync("lv", ReadyReasons.WorkloadNotFound);
        await _cluster.CreatePodAsync("lonely");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["lonely"]));
    }

    [Fact]
    public async Task ASelectorReadsWhatItMatchesNow()
    {
        await _cluster.CreatePodAsync("a", null, """{"app":"cart","tier":"web"}""");
        await _cluster.CreatePodAsync("b", null, """{"app":"cart","tier":"db"}""");
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"cart"},"matchExpressions":[{"key":"tier","operator":"NotIn","values":["db"]}]}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["a"]));
        await _cluster.CreatePodAsync("c", null, """{"app":"cart"}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["a", "c"]));
    }

    [Fact]
    public async Task AWorkloadWithoutPodsIsReady()
    {
        await _cluster.CreateAsync("Deployment", "shop", Workload("cart", "Deployment"));
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.NoPods, ReadyStatus: "True" });
    }

    [Fact]
    public async Task AWorkloadThatAppearsLaterIsFoundByItself()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"}}""");
        JsonNode status = await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.WorkloadNotFound, ReadyStatus: "False" });
        Assert.Contains("Deployment cart does not exist in namespace shop", status.ToJsonString(), StringComparison.Ordinal);
        await _cluster.EventAsync("lv", "WorkloadNotFound");
        await _cluster.CreateAsync("Deployment", "shop", Workload("cart", "Deployment"));
        await _cluster.StatusAsync("lv", ReadyReasons.NoPods);
        await _cluster.DeleteAsync("Deployment", "shop", "cart");
        await _cluster.StatusAsync("lv", ReadyReasons.WorkloadNotFound);
    }

    [Fact]
    public async Task PodsOfADeletedWorkloadAreReadUntilTheyAreGoneToo()
    {
        JsonObject deployment = await _cluster.CreateAsync("Deployment", "shop", Workload("cart", "Deployment"));
        JsonObject replicaSet = await _cluster.CreateAsync("ReplicaSet", "shop", Workload("cart-a", "ReplicaSet", deployment));
        await _cluster.CreatePodAsync("cart-a-1", replicaSet);
        await _cluster.CreatePodAsync("cart-a-2", replicaSet);
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-a-1", "cart-a-2"]));
        await _cluster.DeleteAsync("ReplicaSet", "shop", "cart-a");
        await _cluster.DeleteAsync("Deployment", "shop", "cart");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.WorkloadNotFound && state.Pods.SequenceEqual(["cart-a-1", "cart-a-2"]));
        await _cluster.DeleteAsync("Pod", "shop", "cart-a-1");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.WorkloadNotFound && state.Pods.SequenceEqual(["cart-a-2"]));
        await _cluster.PatchAsync("Pod", "cart-a-2", """{"metadata":{"ownerReferences":null}}""");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.WorkloadNotFound && state.Desired == 0);
    }

    [Fact]
    public async Task AChangedWorkloadOrSelectorIsReadInsteadOfTheFirst()
    {
        foreach (string name in new[] { "cart", "till" })
        {
            JsonObject replicaSet = await _cluster.CreateAsync("ReplicaSet", "shop", Workload(name, "ReplicaSet"));
            await _cluster.CreatePodAsync($"{name}-1", replicaSet, $$"""{"app":"{{name}}","tier":"web"}""");
        }

        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"ReplicaSet","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-1"]));
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"workload":{"kind":"ReplicaSet","name":"till"}}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["till-1"]));
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"workload":null,"selector":{"matchLabels":{"tier":"web"}}}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["cart-1", "till-1"]));
        await _cluster.PatchAsync("Pod", "cart-1", """{"metadata":{"labels":{"tier":"none"}}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["till-1"]));
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"workload":{"apiVersion":"example.com/v1","kind":"Thing","name":"x"},"selector":null}}""");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.WorkloadNotFound && state.Desired == 0);
    }

    /// <summary>A pod that names an owner of another time: names come again, uids do not.</summary>
    [Fact]
    public async Task AnOwnerReferenceWithAnotherUidIsNoneOfOurs()
    {
        JsonObject old = await _cluster.CreateAsync("ReplicaSet", "shop", Workload("cart", "ReplicaSet"));
        JsonObject forged = (JsonObject)old.DeepClone();
        forged["metadata"]!["uid"] = "00000000-0000-0000-0000-000000000000";
        await _cluster.CreatePodAsync("forged", forged);
        await _cluster.CreatePodAsync("real", old);
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"ReplicaSet","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["real"]));
    }

    [Fact]
    public async Task AKindThatTheOperatorMayNotReadIsForbiddenUntilItMay()
    {
        await _cluster.CreateAsync("CustomResourceDefinition", "", Rollouts);
        await _cluster.EstablishedAsync("rollouts.argoproj.io");
        JsonObject rollout = await _cluster.CreateAsync("Rollout", "shop", """{"metadata":{"name":"cart"}}""");
        JsonObject replicaSet = await _cluster.CreateAsync("ReplicaSet", "shop", Workload("cart-a", "ReplicaSet", rollout));
        await _cluster.CreatePodAsync("cart-a-1", replicaSet);
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","name":"cart"}}""");
        JsonNode status = await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.Forbidden && state.Condition("Stalled") is not null);
        Assert.Contains("rollouts.argoproj.io", status.ToJsonString(), StringComparison.Ordinal);

        await _cluster.CreateAsync("ClusterRole", "", """{"metadata":{"name":"rollouts","labels":{"kdd.dev/aggregate-to-operator":"true"}},"rules":[{"apiGroups":["argoproj.io"],"resources":["rollouts"],"verbs":["get","list","watch"]}]}""");
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.Streaming && state.Pods.SequenceEqual(["cart-a-1"]));
    }

    [Fact]
    public async Task AKindThatIsNotServedIsNotFoundAndOneWithoutApiVersionIsInvalid()
    {
        await _cluster.CreateLogViewAsync("unserved", """{"workload":{"apiVersion":"example.com/v1","kind":"Thing","name":"x"}}""");
        await _cluster.CreateLogViewAsync("unsaid", """{"workload":{"kind":"Thing","name":"x"}}""");
        await _cluster.StatusAsync("unserved", state => state.Reason == ReadyReasons.WorkloadNotFound && state.Message == "the API server does not serve the kind Thing in example.com/v1");
        await _cluster.StatusAsync("unsaid", state => state.Reason == ReadyReasons.InvalidSpec && state.Message.StartsWith("spec.workload.apiVersion: must be set for the kind Thing", StringComparison.Ordinal));
    }

    private static string Workload(string name, string kind, JsonObject? owner = null)
    {
        const string Template = """{"metadata":{"labels":{"app":"cart"}},"spec":{"restartPolicy":"POLICY","containers":[{"name":"main","image":"busybox"}]}}""";
        string pod = Template.Replace("POLICY", kind is "Job" or "CronJob" ? "Never" : "Always", StringComparison.Ordinal);
        string spec = kind switch
        {
            "Job" => """{"template":""" + pod + "}",
            "CronJob" => """{"schedule":"0 0 1 1 *","jobTemplate":{"spec":{"template":""" + pod + "}}}",
            "ReplicationController" => """{"selector":{"app":"cart"},"template":""" + pod + "}",
            "StatefulSet" => """{"serviceName":"cart","selector":{"matchLabels":{"app":"cart"}},"template":""" + pod + "}",
            _ => """{"selector":{"matchLabels":{"app":"cart"}},"template":""" + pod + "}",
        };
        return $$$"""{"metadata":{"name":"{{{name}}}","ownerReferences":{{{ControlCluster.OwnerOf(owner)}}}},"spec":{{{spec}}}}""";
    }
}
