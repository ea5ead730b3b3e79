using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>Kinds that kdd has no code for, and what a user may ask of them in vain: each case has its own reason and message.</summary>
public sealed class KindTests : IAsyncLifetime
{
    private static readonly ResourceKey Things = new("example.com", "things");

    private ControlCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlCluster.StartAsync(nodes: false);
        await _cluster.StartOperatorAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>As CloudNativePG's or any operator's that makes pods without owner references of its kind.</summary>
    [Fact]
    public async Task AKindThatOwnsNoPodsIsReadByTheSelectorOfItsScale()
    {
        await ServeThingsAsync(scale: true, """["things","things/scale"]""");
        await ThingAsync("cart", "app=cart,tier=web");
        await _cluster.CreatePodAsync("a", null, """{"app":"cart","tier":"web"}""");
        await _cluster.CreatePodAsync("b", null, """{"app":"cart","tier":"db"}""");
        await _cluster.CreateLogViewAsync("lv", ThingOf("cart"));
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.Streaming && state.Pods.SequenceEqual(["a"]));
        await _cluster.CreatePodAsync("c", null, """{"app":"cart","tier":"web"}""");
        await _cluster.StatusAsync("lv", state => state.Pods.SequenceEqual(["a", "c"]));
    }

    [Theory]
    [InlineData("app=nobody", "No pod matches the selector that the scale of Thing cart states.")]
    [InlineData(null, "Thing cart owns no pods, and its scale states no selector.")]
    public async Task AScaleThatNamesNoPodsSaysWhich(string? selector, string message)
    {
        await ServeThingsAsync(scale: true, """["things","things/scale"]""");
        await ThingAsync("cart", selector);
        await _cluster.CreatePodAsync("a", null, """{"app":"cart"}""");
        await _cluster.CreateLogViewAsync("lv", ThingOf("cart"));
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.NoPods, ReadyStatus: "True" } && state.Message == message);
    }

    [Fact]
    public async Task AScaleSelectorThatCannotBeReadIsInvalid()
    {
        await ServeThingsAsync(scale: true, """["things","things/scale"]""");
        await ThingAsync("cart", "tier in (web)");
        await _cluster.CreateLogViewAsync("lv", ThingOf("cart"));
        JsonNode status = await _cluster.StatusAsync("lv", ReadyReasons.InvalidSpec);
        Assert.Contains("tier in (web)", (string?)status["conditions"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScaleThatTheOperatorMayNotReadIsForbiddenAndNamed()
    {
        await ServeThingsAsync(scale: true, """["things"]""");
        await ThingAsync("cart", "app=cart");
        await _cluster.CreateLogViewAsync("lv", ThingOf("cart"));
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Forbidden, ReadyStatus: "False" } && state.Condition("Stalled") is not null && state.Message.Contains("things/scale", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AKindWithoutScaleThatOwnsNoPodsSaysSo()
    {
        await ServeThingsAsync(scale: false, """["things"]""");
        await ThingAsync("cart", null);
        await _cluster.CreateLogViewAsync("lv", ThingOf("cart"));
        await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.NoPods && state.Message == "Thing cart owns no pods, and its kind has no scale subresource that would name them.");
    }

    [Theory]
    [InlineData("v1", "Node", ReadyReasons.InvalidSpec, "spec.workload.kind: Node in v1 is not namespaced, a LogView reads only its own namespace")]
    [InlineData("Not A Group/v1", "Thing", ReadyReasons.InvalidSpec, "spec.workload.apiVersion: ")]
    [InlineData("../../api/v1", "Thing", ReadyReasons.InvalidSpec, "spec.workload.apiVersion: ")]
    [InlineData("apps/v9", "Deployment", ReadyReasons.WorkloadNotFound, "the API server does not serve the kind Deployment in apps/v9")]
    public async Task AKindThatCannotBeReadSaysWhy(string apiVersion, string kind, string reason, string message)
    {
        await _cluster.CreateLogViewAsync("lv", $$$"""{"workload":{"apiVersion":"{{{apiVersion}}}","kind":"{{{kind}}}","name":"x"}}""");
        await _cluster.StatusAsync("lv", state => state.Reason == reason && state.Message.StartsWith(message, StringComparison.Ordinal));
        await UndisturbedAsync();
    }

    [Fact]
    public async Task ASelectorThatMatchesNothingSaysSo()
    {
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"nobody"}}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.NoPods, ReadyStatus: "True", Message: "No pod matches spec.selector; lines are read when one does." });
    }

    [Fact]
    public async Task AThousandPodsAreCountedInFullAndTheirSourcesCut()
    {
        const int Pods = 1000;
        await Parallel.ForAsync(0, Pods, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled }, async (n, _) => await _cluster.CreatePodAsync($"p-{n}", null, """{"app":"many"}"""));
        await _cluster.CreateLogViewAsync("many", """{"selector":{"matchLabels":{"app":"many"}}}""");
        JsonNode status = await _cluster.StatusAsync("many", state => state.Desired == Pods);
        Assert.Equal(($"0/{Pods}", 20), ((string?)status["streams"]!["summary"], status["sources"]!.AsArray().Count));
        await UndisturbedAsync();
    }

    [Theory]
    [InlineData("Not_A_Name")]
    [InlineData("-dash")]
    [InlineData("a..b")]
    public async Task ANameThatIsNoRfc1123NameIsRefusedByTheApiServer(string name)
    {
        using var body = new StringContent(
            $$$"""{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"{{{name}}}"},"spec":{"selector":{"matchLabels":{"app":"x"} } }}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _cluster.Admin.PostAsync("apis/kdd.dev/v1alpha1/namespaces/shop/logviews", body, Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("metadata.name", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQuotaOnLogViewsRefusesTheNextOneAndASlotThatIsFreedIsThereAgain()
    {
        await _cluster.CreateAsync("ResourceQuota", "shop", """{"metadata":{"name":"logviews"},"spec":{"hard":{"count/logviews.kdd.dev":"1"}}}""");
        await _cluster.CreateLogViewAsync("first", """{"selector":{"matchLabels":{"app":"x"}}}""");
        using (HttpResponseMessage refused = await SecondAsync())
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("exceeded quota: logviews", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }

        await _cluster.StatusAsync("first", ReadyReasons.NoPods);
        await _cluster.DeleteAsync("LogView", "shop", "first");
        using HttpResponseMessage taken = await SecondAsync();
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    private Task<HttpResponseMessage> SecondAsync() => _cluster.Admin.PostAsync(
        "apis/kdd.dev/v1alpha1/namespaces/shop/logviews",
        new StringContent(
            """{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"second"},"spec":{"selector":{"matchLabels":{"app":"x"}}}}""", new MediaTypeHeaderValue("application/json")),
        Cancelled);

    /// <summary>Another LogView in the same namespace becomes Ready as if nothing were wrong.</summary>
    private async Task UndisturbedAsync()
    {
        await _cluster.CreatePodAsync("good", null, """{"app":"good"}""");
        await _cluster.CreateLogViewAsync("good", """{"selector":{"matchLabels":{"app":"good"}}}""");
        await _cluster.StatusAsync("good", state => state.Reason == ReadyReasons.Streaming && state.Pods.SequenceEqual(["good"]));
    }

    private static string ThingOf(string name) => $$$"""{"workload":{"apiVersion":"example.com/v1","kind":"Thing","name":"{{{name}}}"}}""";

    private async Task ServeThingsAsync(bool scale, string resources)
    {
        string subresources = scale
            ? """{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}}"""
            : """{"status":{}}""";
        await _cluster.CreateAsync("CustomResourceDefinition", "", $$$"""
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},
             "versions":[{"name":"v1","served":true,"storage":true,
               "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"subresources":{{{subresources}}}}]}}
            """);
        await _cluster.EstablishedAsync("things.example.com");
        await _cluster.CreateAsync("ClusterRole", "", $$$"""
            {"metadata":{"name":"things","labels":{"kdd.dev/aggregate-to-operator":"true"}},
             "rules":[{"apiGroups":["example.com"],"resources":{{{resources}}},"verbs":["get","list","watch"]}]}
            """);
    }

    private async Task ThingAsync(string name, string? selector)
    {
        await _cluster.CreateAsync("Thing", "shop", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"replicas":1}}""");
        _cluster.Host.Store.Mutate(
            Things, "shop", name,
            thing =>
            {
                var status = new JsonObject { ["replicas"] = 1 };
                if (selector is not null)
                {
                    status["selector"] = selector;
                }

                thing["status"] = status;
                return true;
            },
            statusOnly: true);
    }
}
