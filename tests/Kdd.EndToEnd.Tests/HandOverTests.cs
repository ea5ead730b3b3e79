using System.Globalization;
using Kdd.Api.Sharding;
using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>
/// Operator replicas that come, go and die while numbered lines stream through the gateway: the namespace streams elsewhere in
/// the promised time, and the reference client has every line once.
/// </summary>
[Trait("Needs", "DevCluster")]
public sealed class HandOverTests(ReplicaCluster cluster) : IClassFixture<ReplicaCluster>
{
    private static readonly TimeSpan Graceful = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AReplicaThatIsStoppedHandsOverWithin5Seconds()
    {
        string[] members = ["stop-a", "stop-b"];
        await using ProgramProcess owner = await cluster.StartOperatorAsync("stop-a"), other = await cluster.StartOperatorAsync("stop-b");
        string ns = await WriteLinesAsync(owner: "stop-a", members);
        await using NumberedStream viewer = await WatchAsync(ns);

        long signalled = TimeProvider.System.GetTimestamp();
        ulong before = viewer.Epoch;
        await owner.TerminateAsync();
        TimeSpan taken = await viewer.TakenOverAsync(before, signalled);

        await AssertEveryLineOnceAsync(viewer, ns, owner: "stop-b");
        Assert.Equal(0, await owner.ExitAsync(Cancelled));
        AssertWithin(Graceful, taken, "SIGTERM");
    }

    [Fact]
    public async Task OfThreeReplicasAKilledOnesNamespacesStreamElsewhereWithin20Seconds()
    {
        string[] members = ["kill-a", "kill-b", "kill-c"];
        await using ProgramProcess a = await cluster.StartOperatorAsync("kill-a"), b = await cluster.StartOperatorAsync("kill-b"), c = await cluster.StartOperatorAsync("kill-c");
        string ns = await WriteLinesAsync(owner: "kill-b", members);
        await using NumberedStream viewer = await WatchAsync(ns);

        long signalled = TimeProvider.System.GetTimestamp();
        ulong before = viewer.Epoch;
        b.Kill();
        TimeSpan taken = await viewer.TakenOverAsync(before, signalled);

        await AssertEveryLineOnceAsync(viewer, ns, owner: ShardMap.OwnerOf(ns, ["kill-a", "kill-c"])!);
        await cluster.ForgetAsync("kill-b");
        AssertWithin(Lost, taken, "kill -9");
    }

    [Fact]
    public async Task AReplicaThatJoinsTakesItsShareAndTheViewerFollows()
    {
        await using ProgramProcess first = await cluster.StartOperatorAsync("join-a");
        string ns = await WriteLinesAsync(owner: "join-b", ["join-a", "join-b"], ownerNow: "join-a");
        await using NumberedStream viewer = await WatchAsync(ns);

        long started = TimeProvider.System.GetTimestamp();
        ulong before = viewer.Epoch;
        await using ProgramProcess second = await cluster.StartOperatorAsync("join-b");
        TimeSpan taken = await viewer.TakenOverAsync(before, started);

        await AssertEveryLineOnceAsync(viewer, ns, owner: "join-b");
        AssertWithin(Lost, taken, "a start");
    }

    /// <summary>A Deployment's pod that writes a hundred numbered lines a second, and a LogView on it, in a namespace of the owner's.</summary>
    private async Task<string> WriteLinesAsync(string owner, string[] members, string? ownerNow = null)
    {
        string ns = Enumerable.Range(0, 1000).Select(n => string.Create(CultureInfo.InvariantCulture, $"team-{owner}-{n}")).First(name => ShardMap.OwnerOf(name, members) == owner);
        await cluster.Kubectl.RunAsync($"create namespace {ns}");
        await cluster.Kubectl.RunAsync($"-n {ns} apply -f -", Manifests.Numbers("numbers"));
        await cluster.Kubectl.RunAsync($"-n {ns} rollout status deployment/numbers --timeout=90s");
        await cluster.Kubectl.RunAsync($"-n {ns} apply -f -", Manifests.LogViewOn("numbers", "numbers"));
        await cluster.Kubectl.RunAsync($"-n {ns} wait --for=condition=Ready lv/numbers --timeout=90s");
        await AssertOwnerAsync(ns, ownerNow ?? owner);
        return ns;
    }

    private async Task<NumberedStream> WatchAsync(string ns)
    {
        NumberedStream viewer = new(cluster.Gateway, ns, "numbers");
        await viewer.ReachesAsync(await LastWrittenAsync(ns));
        return viewer;
    }

    private async Task AssertEveryLineOnceAsync(NumberedStream viewer, string ns, string owner)
    {
        // Two more batches than are written by now: what comes after the resume belongs to it.
        int written = await LastWrittenAsync(ns) + 20;
        await viewer.ReachesAsync(written);
        string pod = (await cluster.Kubectl.RunAsync($"-n {ns} get pods -o jsonpath={{.items[0].metadata.name}}")).Trim();
        List<int> numbers = viewer.Of(new InstanceKey(pod, 0));
        int wrong = numbers.Zip(Enumerable.Range(1, numbers.Count)).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(wrong == numbers.Count, $"a line is missing, repeated or out of order: {string.Join(' ', numbers.Skip(Math.Max(0, wrong - 2)).Take(5))}");
        Assert.Empty(viewer.Gaps);
        await AssertOwnerAsync(ns, owner);
    }

    private async Task AssertOwnerAsync(string ns, string owner)
        => await cluster.Kubectl.RunAsync($"-n {ns} wait --for=jsonpath={{.status.owner}}={owner} lv/numbers --timeout=90s");

    private async Task<int> LastWrittenAsync(string ns)
        => int.Parse((await cluster.Kubectl.RunAsync($"-n {ns} logs deployment/numbers --tail=1")).Split(' ')[1], CultureInfo.InvariantCulture);

    private static void AssertWithin(TimeSpan promise, TimeSpan taken, string what)
    {
        TestContext.Current.TestOutputHelper?.WriteLine("{0}: streams again after {1:0.0} s", what, taken.TotalSeconds);
        Assert.True(taken <= promise, string.Create(CultureInfo.InvariantCulture, $"{what}: streams again after {taken.TotalSeconds:0.0} s, {promise.TotalSeconds} s are promised"));
    }
}
