using CsCheck;
using Kdd.Api.Sharding;
using Xunit;

namespace Kdd.Api.Tests.Sharding;

public sealed class ShardMapTests
{
    private static readonly Gen<string[]> Members = Gen.Int[0, 9_999].Select(n => $"kdd-operator-{n}").ArrayUnique[1, 8];
    private static readonly Gen<string> Namespace = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"], 1, 63];

    /// <summary>Computed with another implementation (Python's hashlib): any language that routes must agree to the bit.</summary>
    [Theory]
    [InlineData("kdd-operator-0", "default", 0xe70cd081f01b02feUL)]
    [InlineData("kdd-operator-1", "default", 0xb54d67f1ee0c9980UL)]
    [InlineData("kdd-operator-2", "default", 0x2549847d51fc84e3UL)]
    [InlineData("kdd-operator-0", "shop", 0x174a2f010be4cf2dUL)]
    [InlineData("kdd-operator-1", "shop", 0xc07eca6e1d0958a9UL)]
    [InlineData("kdd-operator-2", "shop", 0x023ed5b1389533bdUL)]
    [InlineData("kdd-operator-0", "kube-system", 0xdd961067b33698b4UL)]
    [InlineData("kdd-operator-1", "kube-system", 0x9fe026d212e0568dUL)]
    [InlineData("kdd-operator-2", "kube-system", 0xdb1233328dad55a9UL)]
    public void ScoresAsTheTestVectors(string member, string @namespace, ulong score)
        => Assert.Equal(score, ShardMap.Score(member, @namespace));

    [Theory]
    [InlineData("default", "kdd-operator-0")]
    [InlineData("shop", "kdd-operator-1")]
    [InlineData("kube-system", "kdd-operator-0")]
    public void TheHighestScoreOwns(string @namespace, string owner)
        => Assert.Equal(owner, ShardMap.OwnerOf(@namespace, ["kdd-operator-0", "kdd-operator-1", "kdd-operator-2"]));

    [Fact]
    public void WithoutMembersThereIsNoOwner() => Assert.Null(ShardMap.OwnerOf("default", []));

    [Fact]
    public void TheOrderOfMembersDoesNotMatter()
        => Gen.Select(Members, Namespace, Gen.Int).Sample((members, ns, seed) =>
        {
            string[] shuffled = [.. members];
            new Random(seed).Shuffle(shuffled);
            return ShardMap.OwnerOf(ns, members) == ShardMap.OwnerOf(ns, shuffled);
        });

    [Fact]
    public void AMemberThatLeavesMovesOnlyItsOwnShare()
        => Gen.Select(Members, Namespace).Sample((members, ns) =>
        {
            string owner = ShardMap.OwnerOf(ns, members)!;
            return members.Where(member => member != owner).All(left => ShardMap.OwnerOf(ns, members.Where(m => m != left)) == owner);
        });

    [Fact]
    public void TenThousandNamespacesSpreadEvenlyOverFourMembers()
    {
        string[] members = ["a", "b", "c", "d"];
        var shares = Enumerable.Range(0, 10_000).CountBy(n => ShardMap.OwnerOf($"team-{n}", members)!);

        // 2,500 ± 5 standard deviations of a fair draw (43).
        Assert.All(shares, share => Assert.InRange(share.Value, 2_283, 2_717));
    }

    [Fact]
    public void AMemberLeaseIsNamedAfterItsMember() => Assert.Equal("kdd-member-kdd-operator-7c9f-abcde", MemberLease.NameOf("kdd-operator-7c9f-abcde"));
}
