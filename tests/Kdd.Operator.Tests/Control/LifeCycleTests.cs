using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.DevCluster;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Containers;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>The Job-like life of a LogView, and changes of its spec while it streams.</summary>
public sealed class LifeCycleTests : IAsyncLifetime
{
    private ControlCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new DevClusterOptions
        {
            Kubelet = new KubeletSettings
            {
                Scripts = new Dictionary<string, ContainerScript>
                {
                    ["quiet"] = async (context, terminated) =>
                    {
                        context.WriteLine("hello");
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, terminated).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        return 0;
                    },
                    ["once"] = (context, _) =>
                    {
                        context.WriteLine("done");
                        return Task.FromResult(0);
                    },
                },
            },
        };
        _cluster = await ControlCluster.StartAsync(nodes: true, options);
        await _cluster.CreateAsync("Deployment", "shop", """
            {"metadata":{"name":"cart"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"cart"}},
             "template":{"metadata":{"labels":{"app":"cart"}},"spec":{"containers":[{"name":"main","image":"quiet"}]}}}}
            """);
        await _cluster.StartOperatorAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task ADeploymentIsStreamedAndTheStatusSaysAllOfIt()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"}}""");
        JsonNode status = await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Streaming, Desired: 2 } && (int)state.LogView["status"]!["streams"]!["active"]! == 2);
        Assert.Equal("2/2", (string?)status["streams"]!["summary"]);
        Assert.Equal(("kdd-operator-0", "https://kdd.example/logviews/shop/lv"), ((string?)status["owner"], (string?)status["url"]));
        Assert.Equal(["Streaming", "Streaming"], status["sources"]!.AsArray().Select(source => (string?)source!["state"]));
        Assert.NotNull(status["startTime"]);
        JsonNode written = await _cluster.EventAsync("lv", "StreamingStarted");
        Assert.Equal("Normal", (string?)written["type"]);
    }

    [Fact]
    public async Task SuspendClosesTheStreamsAndTheResumeOpensThemAgain()
    {
        await StreamingAsync();
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"suspend":true}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Suspended, ReadyStatus: "True", Desired: 0, IsCurrent: true } && state.LogView["status"]!["startTime"] is null);
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"suspend":false}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Streaming, Desired: 2, IsCurrent: true });
    }

    [Fact]
    public async Task TheDeadlineEndsTheSessionAndALaterOneBeginsItAnew()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"},"activeDeadlineSeconds":1}""");
        JsonNode status = await _cluster.StatusAsync("lv", state => state.Reason == ReadyReasons.DeadlineExceeded && (string?)state.Condition("Complete")?["status"] == "True");
        Assert.NotNull(status["completionTime"]);
        await _cluster.EventAsync("lv", "DeadlineExceeded");
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"activeDeadlineSeconds":3600}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Streaming, Desired: 2 } && (string?)state.Condition("Complete")?["status"] == "False");
    }

    [Fact]
    public async Task AFinishedLogViewIsDeletedWhenItAsksForIt()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"},"follow":false,"ttlSecondsAfterFinished":1}""");
        await _cluster.StatusAsync("lv", ReadyReasons.Completed);
        await _cluster.DeletedAsync("lv");
    }

    [Fact]
    public async Task AJobThatEndsCompletesTheSession()
    {
        await _cluster.CreateAsync("Job", "shop", """
            {"metadata":{"name":"once"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"once"}]}}}}
            """);
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Job","name":"once"}}""");
        JsonNode status = await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Completed, ReadyStatus: "True" });
        Assert.NotNull(status["completionTime"]);
    }

    [Fact]
    public async Task APatternThatDoesNotCompileStallsThisLogViewAlone()
    {
        await _cluster.CreateLogViewAsync("bad", """{"workload":{"kind":"Deployment","name":"cart"},"filter":{"include":["ok","(a"]}}""");
        await StreamingAsync();
        JsonNode status = await _cluster.StatusAsync("bad", state => state is { Reason: ReadyReasons.InvalidSpec, ReadyStatus: "False" } && (string?)state.Condition("Stalled")?["status"] == "True");
        Assert.Contains("spec.filter.include[1]", status.ToJsonString(), StringComparison.Ordinal);
        await _cluster.EventAsync("bad", "InvalidSpec");
        await _cluster.PatchLogViewAsync("bad", """{"spec":{"filter":{"include":["ok"]}}}""");
        await _cluster.StatusAsync("bad", state => state.Reason == ReadyReasons.Streaming && state.Condition("Stalled") is null);
    }

    [Fact]
    public async Task AnInvalidChangeIsToldAndTheSessionGoesOnWithTheLastValidSpec()
    {
        await StreamingAsync();
        await _cluster.PatchLogViewAsync("lv", """{"spec":{"filter":{"exclude":["*"]}}}""");
        JsonNode status = await _cluster.StatusAsync("lv", ReadyReasons.InvalidSpec);
        Assert.Equal(2, (int?)status["streams"]!["active"]);
    }

    [Fact]
    public async Task EachChangeOfTheSpecIsObserved()
    {
        await StreamingAsync();
        foreach (string patch in new[]
        {
            """{"spec":{"filter":{"include":["hello"],"ignoreCase":true,"minLevel":"Warn"}}}""",
            """{"spec":{"retain":{"lines":100,"size":"1Mi"},"orderWindow":"0s"}}""",
            """{"spec":{"redact":[{"pattern":"secret"}],"tail":{"lines":7}}}""",
            """{"spec":{"container":{"exclude":["main"]}}}""",
        })
        {
            await _cluster.PatchLogViewAsync("lv", patch);
            await _cluster.StatusAsync("lv", state => state.IsCurrent && state.ReadyStatus == "True");
        }

        await _cluster.StatusAsync("lv", state => state.Desired == 0);
    }

    [Fact]
    public async Task ALogViewThatIsDeletedAndCreatedAgainIsAnotherOne()
    {
        await StreamingAsync();
        await _cluster.DeleteAsync("LogView", "shop", "lv");
        await _cluster.CreateLogViewAsync("lv", """{"selector":{"matchLabels":{"app":"nobody"}}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.NoPods, Desired: 0 });
    }

    private async Task StreamingAsync()
    {
        await _cluster.CreateLogViewAsync("lv", """{"workload":{"kind":"Deployment","name":"cart"}}""");
        await _cluster.StatusAsync("lv", state => state is { Reason: ReadyReasons.Streaming, Desired: 2 } && (int)state.LogView["status"]!["streams"]!["active"]! == 2);
    }
}
