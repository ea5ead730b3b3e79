using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests;
using Kdd.Kubernetes;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kdd.Operator.Tests.Control;

/// <summary>
/// A cluster with kdd's CRD and RBAC in it, and operators that run under their own service account: what their role does
/// not allow fails here, too. Tests assert what the cluster shows, not what was called.
/// </summary>
public sealed class ControlCluster : IAsyncDisposable
{
    private static readonly ResourceKey LogViews = new("kdd.dev", "logviews");

    private static readonly Dictionary<string, string> Paths = new()
    {
        ["Namespace"] = "api/v1/namespaces",
        ["ServiceAccount"] = "api/v1/namespaces/{0}/serviceaccounts",
        ["Pod"] = "api/v1/namespaces/{0}/pods",
        ["ReplicationController"] = "api/v1/namespaces/{0}/replicationcontrollers",
        ["Deployment"] = "apis/apps/v1/namespaces/{0}/deployments",
        ["ReplicaSet"] = "apis/apps/v1/namespaces/{0}/replicasets",
        ["StatefulSet"] = "apis/apps/v1/namespaces/{0}/statefulsets",
        ["DaemonSet"] = "apis/apps/v1/namespaces/{0}/daemonsets",
        ["Job"] = "apis/batch/v1/namespaces/{0}/jobs",
        ["CronJob"] = "apis/batch/v1/namespaces/{0}/cronjobs",
        ["Role"] = "apis/rbac.authorization.k8s.io/v1/namespaces/{0}/roles",
        ["RoleBinding"] = "apis/rbac.authorization.k8s.io/v1/namespaces/{0}/rolebindings",
        ["ClusterRole"] = "apis/rbac.authorization.k8s.io/v1/clusterroles",
        ["ClusterRoleBinding"] = "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        ["CustomResourceDefinition"] = "apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        ["LogView"] = "apis/kdd.dev/v1alpha1/namespaces/{0}/logviews",
        ["ResourceQuota"] = "api/v1/namespaces/{0}/resourcequotas",
        ["Thing"] = "apis/example.com/v1/namespaces/{0}/things",
        ["Rollout"] = "apis/argoproj.io/v1alpha1/namespaces/{0}/rollouts",
    };

    private readonly List<OperatorUnderTest> _operators = [];

    private ControlCluster(DevClusterHost host)
    {
        Host = host;
        Admin = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } }) { BaseAddress = host.BaseAddress };
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AdminToken);
    }

    public DevClusterHost Host { get; }

    public HttpClient Admin { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="nodes">False: pods stay Pending, nothing makes or changes them but the test.</param>
    public static async Task<ControlCluster> StartAsync(bool nodes, DevClusterOptions? options = null)
    {
        var cluster = new ControlCluster(await DevClusterHost.StartAsync((options ?? new()) with { Empty = !nodes }, Cancelled));
        await cluster.CreateAsync("Namespace", "", """{"metadata":{"name":"kdd-system"}}""");
        await cluster.CreateAsync("Namespace", "", """{"metadata":{"name":"shop"}}""");
        foreach (string file in new[] { "kdd.dev_logviews.yaml", "operator-role.yaml" })
        {
            string text = await File.ReadAllTextAsync(Path.Join(AppContext.BaseDirectory, "Manifests", file), Cancelled);
            foreach (string document in text.Split("\n---\n"))
            {
                string kind = document.Split('\n').First(line => line.StartsWith("kind: ", StringComparison.Ordinal))["kind: ".Length..].Trim();
                await cluster.PostAsync(kind, "kdd-system", new StringContent(document, Encoding.UTF8, "application/yaml"));
            }
        }

        await cluster.EstablishedAsync("logviews.kdd.dev");

        return cluster;
    }

    /// <summary>Creates an object; apiVersion and kind are put in.</summary>
    public async Task<JsonObject> CreateAsync(string kind, string ns, string json)
    {
        JsonNode body = JsonNode.Parse(json)!;
        string[] path = Paths[kind].Split('/');
        body["apiVersion"] = path[0] == "api" ? "v1" : $"{path[1]}/{path[2]}";
        body["kind"] = kind;
        return await PostAsync(kind, ns, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
    }

    /// <summary>A pod that nothing runs, owned by <paramref name="owner"/> when one is given.</summary>
    public Task<JsonObject> CreatePodAsync(string name, JsonObject? owner = null, string labels = "{}")
        => CreateAsync("Pod", "shop", $$$"""{"metadata":{"name":"{{{name}}}","labels":{{{labels}}},"ownerReferences":{{{OwnerOf(owner)}}}},"spec":{"containers":[{"name":"main","image":"busybox"}]}}""");

    public static string OwnerOf(JsonObject? owner) => owner is null
        ? "[]"
        : $$"""[{"apiVersion":"{{owner["apiVersion"]}}","kind":"{{owner["kind"]}}","name":"{{owner["metadata"]!["name"]}}","uid":"{{owner["metadata"]!["uid"]}}","controller":true}]""";

    public Task<JsonObject> CreateLogViewAsync(string name, string spec, string ns = "shop")
        => CreateAsync("LogView", ns, $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""");

    public Task PatchLogViewAsync(string name, string patch) => PatchAsync("LogView", name, patch);

    /// <summary>A merge patch of an object in the namespace shop.</summary>
    public async Task PatchAsync(string kind, string name, string patch)
    {
        using var content = new StringContent(patch, Encoding.UTF8, "application/merge-patch+json");
        using HttpResponseMessage answer = await Admin.PatchAsync(
            $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, Paths[kind], "shop")}/{name}", content, Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    public async Task DeleteAsync(string kind, string ns, string name)
    {
        using HttpResponseMessage answer = await Admin.DeleteAsync($"{string.Format(System.Globalization.CultureInfo.InvariantCulture, Paths[kind], ns)}/{name}", Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>Waits until the LogView's status is as wanted; fails with what it was last.</summary>
    public Task<JsonNode> StatusAsync(string name, Func<LogViewState, bool> wanted, string ns = "shop")
        => WaitAsync(LogViews, ns, name, logView => logView?["status"] is { } status && wanted(new LogViewState(logView)) ? status : null);

    public Task<JsonNode> StatusAsync(string name, string reason) => StatusAsync(name, state => state.Reason == reason);

    /// <summary>Waits until a LogView that was there is gone.</summary>
    public Task DeletedAsync(string name) => Host.Store.DeletionAsync(LogViews, "shop", name);

    /// <summary>Waits until a CRD is served.</summary>
    public Task EstablishedAsync(string crd) => WaitAsync(
        new ResourceKey("apiextensions.k8s.io", "customresourcedefinitions"), null, crd,
        found => found?["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True"));

    /// <summary>The first Event with the reason about the object.</summary>
    public Task<JsonNode> EventAsync(string name, string reason) => WaitAsync(
        new ResourceKey("", "events"), "shop", null,
        found => (string?)found?["reason"] == reason && (string?)(found["regarding"] ?? found["involvedObject"])?["name"] == name ? found : null);

    public async Task<OperatorUnderTest> StartOperatorAsync(string identity = "kdd-operator-0")
    {
        JsonObject token = await PostAsync("api/v1/namespaces/kdd-system/serviceaccounts/kdd-operator/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}""");
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Host.Authority.Pem);
        var options = new OperatorOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Management = new IPEndPoint(IPAddress.Loopback, 0),
            Identity = identity,
            Namespace = "kdd-system",
            GatewayServiceAccount = "system:serviceaccount:kdd-system:kdd-gateway",
            ExternalUrl = new Uri("https://kdd.example/"),
        };
        var started = new OperatorUnderTest(
            OperatorApplication.Create(options, ClusterConnection.To(Host.BaseAddress, BearerToken.Fixed((string)token["status"]!["token"]!), authorities), TimeProvider.System,
                builder => builder.Logging.ClearProviders()));
        _operators.Add(started);
        await started.StartAsync(Cancelled);
        return started;
    }

    /// <summary>A token of a service account in kdd-system, made for <paramref name="audience"/>.</summary>
    public async Task<string> TokenAsync(string serviceAccount, string audience)
    {
        JsonObject request = await PostAsync(
            $"api/v1/namespaces/kdd-system/serviceaccounts/{serviceAccount}/token",
            $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["{{{audience}}}"],"expirationSeconds":600}}""");
        return (string)request["status"]!["token"]!;
    }

    public async Task<JsonObject> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Admin.PostAsync(path, content, Cancelled);
        string body = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.IsSuccessStatusCode, body);
        return (JsonObject)JsonNode.Parse(body)!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (OperatorUnderTest running in _operators)
        {
            await running.DisposeAsync();
        }

        Admin.Dispose();
        await Host.DisposeAsync();
    }

    private async Task<JsonObject> PostAsync(string kind, string ns, StringContent content)
    {
        using (content)
        {
            using HttpResponseMessage answer = await Admin.PostAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Paths[kind], ns), content, Cancelled);
            string body = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.IsSuccessStatusCode, body);
            return (JsonObject)JsonNode.Parse(body)!;
        }
    }

    private async Task<JsonNode> WaitAsync(ResourceKey type, string? ns, string? name, Func<JsonObject?, JsonNode?> find)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(StoreWaits.Patience);
        JsonObject? last = null;
        try
        {
            await foreach (StoreEvent change in Host.Store.WatchAsync(type, ns, limit.Token))
            {
                if (name is null || (string?)change.Object["metadata"]!["name"] == name)
                {
                    last = change.Object;
                    if (find(change.Type == StoreEventType.Deleted ? null : change.Object) is { } found)
                    {
                        return found;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Cancelled.ThrowIfCancellationRequested();
        }

        throw new TimeoutException($"{type} {ns}/{name} did not become as wanted; last: {last?.ToJsonString() ?? "absent"}");
    }
}
