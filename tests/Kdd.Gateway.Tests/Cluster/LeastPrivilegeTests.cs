using System.Net;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Cluster;

/// <summary>
/// The gateway's installed roles, both ways: with them all it does everything, and without any one verb of them something
/// that can be named fails. So nothing is missing and nothing is too much.
/// </summary>
public sealed class LeastPrivilegeTests(InstalledManifests installed) : IClassFixture<InstalledManifests>
{
    private const string ViewersAreKnown = "viewers are known";
    private const string RightsAreChecked = "rights are checked";
    private const string ReplicasAreFound = "replicas are found";
    private const string SessionsAreShared = "sessions are shared";

    private static readonly ResourceKey Roles = new("rbac.authorization.k8s.io", "roles");
    private static readonly ResourceKey ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_its_installed_roles_the_gateway_does_all_it_has_to()
        => Assert.Empty(await FailuresAsync());

    [Fact]
    public void The_installed_roles_hold_these_verbs_and_no_others()
        => Assert.Equal(FailuresOfRules.Select(rule => rule.Right), Rights());

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Without_a_verb_of_its_roles_something_fails(string right, string failure)
    {
        (ResourceKey type, string? @namespace) = right.Contains("reviews", StringComparison.Ordinal) ? (ClusterRoles, (string?)null) : (Roles, "kdd-system");
        JsonNode rules = installed.Cluster.Store.Get(type, @namespace, "kdd-gateway")!["rules"]!.DeepClone();
        try
        {
            Change(type, @namespace, Without(rules, right));

            Assert.Contains(failure, await FailuresAsync());
        }
        finally
        {
            Change(type, @namespace, rules);
        }
    }

    public static TheoryData<string, string> Rules() => new(FailuresOfRules.Select(rule => (rule.Right, rule.Failure)));

    private static readonly (string Right, string Failure)[] FailuresOfRules =
    [
        ("create tokenreviews", ViewersAreKnown),
        ("create subjectaccessreviews", RightsAreChecked),
        ("list leases", ReplicasAreFound),
        ("watch leases", ReplicasAreFound),
        ("get secrets", SessionsAreShared),
        ("patch secrets", SessionsAreShared),
    ];

    private IEnumerable<string> Rights() => new[] { installed.Cluster.Store.Get(ClusterRoles, null, "kdd-gateway")!, installed.Cluster.Store.Get(Roles, "kdd-system", "kdd-gateway")! }
        .SelectMany(role => role["rules"]!.AsArray())
        .SelectMany(rule => rule!["resources"]!.AsArray().SelectMany(resource => rule["verbs"]!.AsArray().Select(verb => $"{verb} {resource}")));

    /// <summary>What a gateway that starts now cannot do.</summary>
    private async Task<List<string>> FailuresAsync()
    {
        installed.ForgetSessionKeys();
        installed.GrantAnew("alice", "shop", "get kdd.dev/logviews", "get /pods/log");
        var time = new FakeTimeProvider();
        await using ScriptedOperator member = await ScriptedOperator.StartAsync("kdd-operator-a");
        await using GatewayUnderTest gateway = await installed.StartGatewayAsync(time);
        using HttpClient alice = gateway.CreateClient("alice-token");
        var failures = new List<string>();

        using HttpResponseMessage session = await alice.GetAsync("/api/session", Cancelled);
        Note(ViewersAreKnown, session.StatusCode == HttpStatusCode.OK);
        string ready = await ReadyAsync(gateway);
        Note(SessionsAreShared, ready.Contains("[+]session-keys", StringComparison.Ordinal));

        // The replica comes after the first list, so that only a watch finds it in time.
        installed.Register(member);
        using HttpResponseMessage stream = await time.PassUntilAsync(
            alice.GetAsync("/api/logviews/shop/checkout/stream", HttpCompletionOption.ResponseHeadersRead, Cancelled), TimeSpan.FromMilliseconds(20));
        string answer = stream.StatusCode == HttpStatusCode.OK ? "" : await stream.Content.ReadAsStringAsync(Cancelled);
        Note(RightsAreChecked, !answer.Contains("whether you may read", StringComparison.Ordinal));
        Note(ReplicasAreFound, !answer.Contains("no operator replica", StringComparison.Ordinal));
        return failures;

        void Note(string what, bool works) => failures.AddRange(works ? [] : [what]);
    }

    /// <summary>The gateway's readiness once its session keys and Leases are there, or clearly are not.</summary>
    private static async Task<string> ReadyAsync(GatewayUnderTest gateway)
    {
        using var client = new HttpClient { BaseAddress = gateway.Management };
        string text = "";
        for (int i = 0; i < 100 && !text.Contains("readyz check passed", StringComparison.Ordinal); i++)
        {
            using HttpResponseMessage response = await client.GetAsync("/readyz", Cancelled);
            text = await response.Content.ReadAsStringAsync(Cancelled);
            if (gateway.Log.All.Any(record => record.Contains("cannot be loaded", StringComparison.Ordinal)))
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }

        return text;
    }

    private void Change(ResourceKey type, string? @namespace, JsonNode rules)
        => installed.Cluster.Store.Mutate(type, @namespace, "kdd-gateway", role =>
        {
            role["rules"] = rules.DeepClone();
            return true;
        });

    private static JsonNode Without(JsonNode rules, string right)
    {
        string[] parts = right.Split(' ');
        JsonNode changed = rules.DeepClone();
        foreach (JsonNode? rule in changed.AsArray().Where(rule => rule!["resources"]!.AsArray().Any(resource => (string?)resource == parts[1])))
        {
            JsonArray verbs = rule!["verbs"]!.AsArray();
            verbs.Remove(verbs.First(verb => (string?)verb == parts[0]));
        }

        return changed;
    }
}
