using CsCheck;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;
using Xunit;

namespace Kdd.Operator.Tests.Workloads;

public sealed class OwnerGraphTests
{
    private readonly OwnerGraph _graph = new();

    [Fact]
    public void PodsAreFoundThroughWhatStandsBetween()
    {
        Add("rs", null, "deploy");
        Add("pod-1", "cart-1", "rs");
        Add("pod-2", "cart-2", "rs");
        Add("pod-3", "other", "another rs");
        (HashSet<string> owners, List<string> pods) = _graph.Below("deploy");
        Assert.Equal(["deploy", "rs"], owners.Order());
        Assert.Equal(["cart-1", "cart-2"], pods.Order());
    }

    [Fact]
    public void TheOrderInWhichTheyBecomeKnownDoesNotMatter()
    {
        Add("pod-1", "cart-1", "rs");
        Add("rs", null, "deploy");
        Assert.Equal(["cart-1"], _graph.Below("deploy").Pods);
    }

    [Fact]
    public void APodThatIsGoneOrReleasedIsNoLongerBelow()
    {
        Add("pod-1", "cart-1", "rs");
        Add("pod-2", "cart-2", "rs");
        _graph.Update("pod-1", "cart-1", [Owner("rs")], null);
        _graph.Update("pod-2", "cart-2", [Owner("rs")], []);
        Assert.Empty(_graph.Below("rs").Pods);
    }

    [Fact]
    public void APodOfTwoOwnersIsBelowBoth()
    {
        _graph.Update("pod", "p", null, [Owner("a"), Owner("b")]);
        Assert.Equal(["p"], _graph.Below("a").Pods);
        Assert.Equal(["p"], _graph.Below("b").Pods);
    }

    [Fact]
    public void ARingOfOwnersIsWalkedOnce()
    {
        Add("a", null, "b");
        Add("b", null, "a");
        Add("pod", "p", "b");
        Assert.Equal(["p"], _graph.Below("a").Pods);
    }

    /// <summary>After any sequence of changes the graph is what a fresh one built from the last state would be.</summary>
    [Fact]
    public void ChangesAddUpToTheLastState()
        => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3].Array[0, 2]).List[0, 60].Sample(changes =>
        {
            var graph = new OwnerGraph();
            var last = new Dictionary<int, OwnerRecord[]>();
            foreach ((int pod, int[] owners) in changes)
            {
                OwnerRecord[] after = [.. owners.Distinct().Select(owner => Owner($"o{owner}"))];
                graph.Update($"u{pod}", $"p{pod}", last.GetValueOrDefault(pod), after);
                last[pod] = after;
            }

            for (int owner = 0; owner <= 3; owner++)
            {
                string uid = $"o{owner}";
                Assert.Equal(
                    last.Where(pair => pair.Value.Any(o => o.Uid == uid)).Select(pair => $"p{pair.Key}").Order(),
                    graph.Below(uid).Pods.Order());
            }
        });

    private void Add(string uid, string? podName, string owner) => _graph.Update(uid, podName, null, [Owner(owner)]);

    private static OwnerRecord Owner(string uid) => new("apps/v1", "ReplicaSet", uid, uid, Controller: true);
}
