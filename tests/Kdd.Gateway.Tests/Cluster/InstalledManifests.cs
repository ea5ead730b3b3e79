using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster;
using Kdd.DevCluster.Storage;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Cluster;

/// <summary>
/// DevCluster's API server with config/default applied by kubectl: the gateway under test has the token and the RBAC
/// rules that it is installed with, and no others. Operators stay scripted.
/// </summary>
public sealed class InstalledManifests : IAsyncLifetime
{
    private static readonly ResourceKey Roles = new("rbac.authorization.k8s.io", "roles");
    private static readonly ResourceKey RoleBindings = new("rbac.authorization.k8s.io", "rolebindings");

    /// <summary>Users by token; what they may do is up to each test.</summary>
    public static readonly string[] Users = ["alice", "bob", "carol", "dave"];

    public DevClusterHost Cluster { get; private set; } = null!;

    public static string TokenOf(string user) => user + "-token";

    public async ValueTask InitializeAsync()
    {
        Cluster = await DevClusterHost.StartAsync(new DevClusterOptions
        {
            Empty = true,
            Users = Users.ToDictionary(TokenOf, user => new DevCluster.Identity.UserInfo(user, [])),
        });
        await ApplyAsync(Path.Join(Checkout(), "config", "default"));
        foreach (string @namespace in new[] { "shop", "bank" })
        {
            Cluster.Store.Create(new ResourceKey("", "namespaces"), new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = @namespace },
            });
        }
    }

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>Starts the gateway as its own service account.</summary>
    public async Task<GatewayUnderTest> StartGatewayAsync(TimeProvider? timeProvider = null, Func<GatewayOptions, GatewayOptions>? change = null)
        => await GatewayUnderTest.StartAsync(
            Cluster.KubeconfigFor("kdd-gateway", await CreateTokenAsync("kdd-system", "kdd-gateway", audience: null)),
            timeProvider, AccessMode.Kubernetes, options => (change ?? (o => o))(options with { KeyRingSecret = "kdd-gateway-keys" }));

    public async Task<string> CreateTokenAsync(string @namespace, string serviceAccount, string? audience)
    {
        using HttpClient admin = CreateAdminClient();
        var body = new JsonObject { ["spec"] = audience is null ? new JsonObject() : new JsonObject { ["audiences"] = new JsonArray(audience) } };
        using HttpResponseMessage response = await admin.PostAsync(
            $"/api/v1/namespaces/{@namespace}/serviceaccounts/{serviceAccount}/token", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        JsonNode token = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return (string)token["status"]!["token"]!;
    }

    /// <summary>Gives <paramref name="user"/> these rights in <paramref name="namespace"/> and no others, each as <c>verb group/resource</c>.</summary>
    public void GrantAnew(string user, string @namespace, params string[] rights)
    {
        string name = $"{user}-reads";
        Revoke(user, @namespace);
        Cluster.Store.Create(Roles, new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "Role",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
            ["rules"] = new JsonArray([.. rights.Select(RuleOf)]),
        });
        Cluster.Store.Create(RoleBindings, new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "RoleBinding",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = name },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "User", ["apiGroup"] = "rbac.authorization.k8s.io", ["name"] = user }),
        });
    }

    public void Revoke(string user, string @namespace)
    {
        foreach (ResourceKey type in new[] { RoleBindings, Roles })
        {
            if (Cluster.Store.Get(type, @namespace, $"{user}-reads") is not null)
            {
                Cluster.Store.Delete(type, @namespace, $"{user}-reads");
            }
        }
    }

    /// <summary>As at the first start: the Secret is there and empty.</summary>
    public void ForgetSessionKeys() => Cluster.Store.Mutate(new ResourceKey("", "secrets"), "kdd-system", "kdd-gateway-keys", secret => secret.Remove("data"));

    /// <summary>Writes the member Lease of a scripted operator.</summary>
    public void Register(ScriptedOperator member)
    {
        var leases = new ResourceKey("coordination.k8s.io", "leases");
        if (Cluster.Store.Get(leases, "kdd-system", "kdd-member-" + member.Member) is not null)
        {
            Cluster.Store.Delete(leases, "kdd-system", "kdd-member-" + member.Member);
        }

        Cluster.Store.Create(leases, new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject
            {
                ["name"] = "kdd-member-" + member.Member,
                ["namespace"] = "kdd-system",
                ["labels"] = new JsonObject { ["kdd.dev/member"] = "operator" },
                ["annotations"] = new JsonObject { ["kdd.dev/address"] = member.Address, ["kdd.dev/epoch"] = member.Epoch, ["kdd.dev/spki-sha256"] = member.Spki },
            },
            ["spec"] = new JsonObject { ["holderIdentity"] = member.Member, ["leaseDurationSeconds"] = 15, ["renewTime"] = "2026-11-23T12:00:00.000000Z" },
        });
    }

    private HttpClient CreateAdminClient()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust,
            RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
            CustomTrustStore = { System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(Cluster.Authority.Pem) },
        };
        var client = new HttpClient(handler) { BaseAddress = Cluster.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.AdminToken);
        return client;
    }

    private async Task ApplyAsync(string kustomization)
    {
        string kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(kubeconfig, Cluster.Kubeconfig);
        var start = new ProcessStartInfo("kubectl", ["apply", "--kubeconfig", kubeconfig, "-k", kustomization]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process kubectl = Process.Start(start)!;
        Task<string> output = kubectl.StandardOutput.ReadToEndAsync();
        string error = await kubectl.StandardError.ReadToEndAsync();
        await kubectl.WaitForExitAsync();
        File.Delete(kubeconfig);
        Assert.True(kubectl.ExitCode == 0, error + await output);
    }

    private static JsonObject RuleOf(string right)
    {
        string[] parts = right.Split([' ', '/'], 3);
        (string verb, string group, string resource) = (parts[0], parts[1], parts[2]);
        return new JsonObject { ["apiGroups"] = new JsonArray(group), ["resources"] = new JsonArray(resource), ["verbs"] = new JsonArray(verb) };
    }

    private static string Checkout()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Join(directory, "Kdd.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("the tests run in a checkout: config/default is applied");
    }
}
