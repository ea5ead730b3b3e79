using System.Text.Json.Nodes;
using Kdd.Kubernetes.Events;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kdd.Kubernetes.Tests.Events;

public sealed class EventRecorderTests : ScriptedTest
{
    private static readonly ObjectReference Cart = new("kdd.dev/v1alpha1", "LogView", "shop", "cart", "uid-1");

    private EventRecorder _recorder = null!;

    private protected override Task<Task> StartAsync(KubernetesApi api, CancellationToken stop)
    {
        _recorder = new EventRecorder(api, "kdd.dev/operator", "kdd-operator-0", Time, NullLogger<EventRecorder>.Instance);
        return Task.FromResult(_recorder.RunAsync(stop));
    }

    [Fact]
    public async Task AnEventHasAllThatTheApiServerAsksFor()
    {
        Record(Cart, "StreamFailed");
        ScriptedExchange create = await Api.NextAsync();
        Assert.Equal(("POST", "/apis/events.k8s.io/v1/namespaces/shop/events"), (create.Method, create.Path));
        JsonNode written = JsonNode.Parse(create.Body)!;
        Assert.Equal("2026-11-23T12:00:00.123000Z", (string?)written["eventTime"]);
        Assert.StartsWith("cart.", (string?)written["metadata"]!["name"], StringComparison.Ordinal);
        Assert.Equal(
            ("Warning", "StreamFailed", "OpenStream", "kdd.dev/operator", "kdd-operator-0", "cart"),
            ((string?)written["type"], (string?)written["reason"], (string?)written["action"], (string?)written["reportingController"], (string?)written["reportingInstance"], (string?)written["regarding"]!["name"]));
        await AnswerAsync(create);
    }

    [Fact]
    public async Task TheSameReasonForTheSameObjectCountsOnInOneEvent()
    {
        Record(Cart, "StreamFailed");
        ScriptedExchange create = await Api.NextAsync();
        string name = (string)JsonNode.Parse(create.Body)!["metadata"]!["name"]!;
        await AnswerAsync(create);

        Record(Cart, "StreamFailed");
        Time.Advance(EventRecorder.SeriesInterval);
        Record(Cart, "StreamFailed");
        ScriptedExchange patch = await Api.NextAsync();
        Assert.Equal(("PATCH", $"/apis/events.k8s.io/v1/namespaces/shop/events/{name}"), (patch.Method, patch.Path));
        Assert.Equal("application/merge-patch+json", patch.Header("Content-Type"));
        Assert.Equal("""{"series":{"count":3,"lastObservedTime":"2026-11-23T12:00:10.123000Z"}}""", patch.Body);
        await patch.AnswerAsync(200, "{}");
    }

    [Fact]
    public async Task AnotherReasonOrObjectIsAnEventOfItsOwn()
    {
        foreach ((ObjectReference about, string reason) in new[] { (Cart, "StreamFailed"), (Cart, "LinesDropped"), (Cart with { Uid = "uid-2" }, "StreamFailed") })
        {
            Record(about, reason);
            ScriptedExchange create = await Api.NextAsync();
            Assert.Equal("POST", create.Method);
            await AnswerAsync(create);
        }
    }

    [Fact]
    public async Task AfterSixMinutesOfQuietItIsNewsAgain()
    {
        Record(Cart, "StreamFailed");
        await AnswerAsync(await Api.NextAsync());
        Time.Advance(TimeSpan.FromMinutes(6));
        Record(Cart, "StreamFailed");
        ScriptedExchange create = await Api.NextAsync();
        Assert.Equal("POST", create.Method);
        await AnswerAsync(create);
    }

    [Fact]
    public async Task OneThatIsRefusedDoesNotStopTheNext()
    {
        Record(Cart, "StreamFailed");
        await (await Api.NextAsync()).RefuseAsync(403, "Forbidden");
        Record(Cart, "LinesDropped");
        await AnswerAsync(await Api.NextAsync());
    }

    [Fact]
    public async Task ALongNoteIsCutToWhatTheApiAllows()
    {
        _recorder.Record(Cart, EventType.Normal, "StreamFailed", "OpenStream", new string('x', 5_000));
        ScriptedExchange create = await Api.NextAsync();
        Assert.Equal(1024, ((string)JsonNode.Parse(create.Body)!["note"]!).Length);
        await AnswerAsync(create);
    }

    private void Record(ObjectReference about, string reason) => _recorder.Record(about, EventType.Warning, reason, "OpenStream", "a note");

    private static Task AnswerAsync(ScriptedExchange create) => create.AnswerAsync(201, create.Body);
}
