using System.Globalization;
using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>Apply a LogView, read its lines over plain HTTP: numbered lines in are numbered lines out.</summary>
public sealed class MainJobTests(InstalledCluster cluster)
{
    private const int LinesPerPod = 1000;
    private const int Pods = 3;

    [Fact]
    public async Task EveryNumberOfEveryPodComesOnceAndInOrderThenTheStreamGoesOnLive()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "main");
        await ns.ApplyAsync(Manifests.Counters("counter", Pods, LinesPerPod));
        await ns.RunAsync("rollout status deployment/counter --timeout=120s");
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.WaitReadyAsync("counter");

        HashSet<string> live = [];
        bool synced = false;
        List<SseEvent> events = await LogLines.ReadUntilAsync(cluster, $"api/logviews/{ns.Name}/counter/stream", received =>
        {
            synced |= received.Event == "synced";
            if (synced && received.Event == "log" && received.Message().StartsWith("tick ", StringComparison.Ordinal))
            {
                live.Add(received.Pod());
            }

            return live.Count == Pods;
        });

        Dictionary<string, List<int>> numbers = NumbersByPod(events);
        Assert.Equal(Pods, numbers.Count);
        Assert.All(numbers.Values, pod => Assert.Equal(Enumerable.Range(1, LinesPerPod), pod));
        Assert.DoesNotContain(events, received => received.Event is "gap" or "error");
    }

    [Fact]
    public async Task TheListShowsWhatTheSessionDoes()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "list");
        await ns.ApplyAsync(Manifests.Counters("counter", 2, 10));
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.RunAsync("wait --for=jsonpath={.status.streams.summary}=2/2 lv/counter --timeout=120s");

        string table = await ns.RunAsync("get lv");

        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["NAME", "WORKLOAD", "READY", "REASON", "STREAMS", "AGE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["counter", "counter", "True", "Streaming", "2/2"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..5]);
    }

    [Fact]
    public async Task AWorkloadThatAppearsLaterIsStreamedFromThenOn()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "later");
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.RunAsync("wait --for=jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}=WorkloadNotFound lv/counter --timeout=120s");
        Assert.Equal("False", await ns.ConditionAsync("counter", "Ready", "status"));

        await ns.ApplyAsync(Manifests.Counters("counter", 1, 5));
        await ns.WaitReadyAsync("counter");

        List<SseEvent> events = await LogLines.ReadUntilAsync(
            cluster, $"api/logviews/{ns.Name}/counter/stream", received => received.Event == "log" && received.Message() == "tick 2");
        Assert.Equal([1, 2, 3, 4, 5], Assert.Single(NumbersByPod(events)).Value);
    }

    [Fact]
    public async Task ARolloutLosesNoLineOfTheNewPods()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "roll");
        await ns.ApplyAsync(Manifests.Counters("counter", 2, 50));
        await ns.RunAsync("rollout status deployment/counter --timeout=120s");
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.WaitReadyAsync("counter");

        bool restarted = false;
        HashSet<string> before = [], after = [];
        Task<string>? restart = null;
        List<SseEvent> events = await LogLines.ReadUntilAsync(cluster, $"api/logviews/{ns.Name}/counter/stream", received =>
        {
            if (received.Event == "synced" && !restarted)
            {
                restarted = true;
                restart = ns.RunAsync("rollout restart deployment/counter");
            }

            if (received.Event == "log")
            {
                (restarted && !before.Contains(received.Pod()) ? received.Message() == "tick 1" ? after : [] : before).Add(received.Pod());
            }

            return after.Count == 2;
        });

        await restart!;
        Dictionary<string, List<int>> numbers = NumbersByPod(events);
        Assert.Equal(4, numbers.Count);
        Assert.All(numbers.Values, pod => Assert.Equal(Enumerable.Range(1, 50), pod));
    }

    private static Dictionary<string, List<int>> NumbersByPod(IEnumerable<SseEvent> events)
        => events.Where(received => received.Event == "log" && received.Message().StartsWith("line ", StringComparison.Ordinal))
            .GroupBy(log => log.Pod())
            .ToDictionary(pod => pod.Key, pod => pod.Select(log => int.Parse(log.Message().AsSpan(5), CultureInfo.InvariantCulture)).ToList());
}
