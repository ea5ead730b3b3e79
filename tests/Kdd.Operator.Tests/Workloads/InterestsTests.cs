using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;
using Xunit;

namespace Kdd.Operator.Tests.Workloads;

public sealed class InterestsTests
{
    private static readonly NamespacedName Cart = new("shop", "cart"), Errors = new("shop", "errors"), Single = new("shop", "single");

    private readonly Interests _interests = new();
    private readonly List<NamespacedName> _woken = [];

    public InterestsTests()
    {
        _interests.Woken += _woken.Add;
        _interests.Set(Cart, new Interest(new HashSet<string> { "deploy", "rs" }, (new ResourceType("apps", "v1", "deployments"), "cart"), null));
        _interests.Set(Errors, Interest.None with { Selects = pod => pod.Labels.GetValueOrDefault("tier") == "web" });
        _interests.Set(Single, Interest.None with { Workload = (ResourceType.Pods, "lonely") });
    }

    [Fact]
    public void APodWakesWhoseOwnerItHas() => Wakes(() => Change(null, Pod("cart-1", owner: "rs")), Cart);

    [Fact]
    public void APodThatGoesWakesWhoseOwnerItHad() => Wakes(() => Change(Pod("cart-1", owner: "rs"), null), Cart);

    [Fact]
    public void APodWakesWhoSelectsItOrDid()
    {
        Wakes(() => Change(null, Pod("a", tier: "web")), Errors);
        Wakes(() => Change(Pod("a", tier: "web"), Pod("a", tier: "db")), Errors);
    }

    [Fact]
    public void APodWakesWhoNamesIt() => Wakes(() => Change(null, Pod("lonely")), Single);

    [Fact]
    public void APodThatConcernsNobodyWakesNobody() => Wakes(() => Change(null, Pod("other", owner: "another rs", tier: "db")));

    [Fact]
    public void AWorkloadWakesWhoNamesItAndWhoIsAboveIt()
    {
        Wakes(() => Change(new ResourceType("apps", "v1", "deployments"), new WorkloadRecord(new("shop", "cart"), "deploy", "1", [], false)), Cart);
        Wakes(() => Change(WorkloadKind.ReplicaSets, new WorkloadRecord(new("shop", "cart-2"), "rs2", "1", [new("apps/v1", "Deployment", "cart", "deploy", true)], false)), Cart);
        Wakes(() => Change(WorkloadKind.ReplicaSets, new WorkloadRecord(new("shop", "cart"), "rs3", "1", [], false)));
    }

    [Fact]
    public void ASyncedCacheWakesAll() => Wakes(_interests.WakeAll, Cart, Errors, Single);

    [Fact]
    public void WhoHasLeftIsNotWoken()
    {
        _interests.Set(Cart, null);
        Wakes(() => Change(null, Pod("cart-1", owner: "rs")));
        Assert.Equal(2, _interests.Count);
    }

    [Fact]
    public void ANewInterestReplacesTheOld()
    {
        _interests.Set(Cart, Interest.None with { Workload = (ResourceType.Pods, "lonely") });
        Wakes(() => Change(null, Pod("cart-1", owner: "rs")));
        Wakes(() => Change(null, Pod("lonely")), Cart, Single);
    }

    private void Wakes(Action change, params NamespacedName[] expected)
    {
        _woken.Clear();
        change();
        Assert.Equal(expected.OrderBy(name => name.Name), _woken.OrderBy(name => name.Name));
    }

    private void Change(PodRecord? before, PodRecord? after) => _interests.PodChanged(new Change<PodRecord>(new("shop", (after ?? before)!.Name), before, after));

    private void Change(ResourceType type, WorkloadRecord after) => _interests.WorkloadChanged(type, new Change<WorkloadRecord>(after.Name, null, after));

    private static PodRecord Pod(string name, string? owner = null, string? tier = null) => new()
    {
        Namespace = "shop",
        Name = name,
        Uid = name,
        ResourceVersion = "1",
        Owners = owner is null ? [] : [new OwnerRecord("apps/v1", "ReplicaSet", owner, owner, true)],
        Labels = tier is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["tier"] = tier },
    };
}
