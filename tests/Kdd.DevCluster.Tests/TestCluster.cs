using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests;

/// <summary>A cluster, an admin's client for it, and waits on the store's own changes instead of sleeps.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private static readonly ResourceKey Namespaces = new("", "namespaces");

    private TestCluster(DevClusterHost host)
    {
        Host = host;
        Admin = ClientFor(host.AdminToken);
    }

    public DevClusterHost Host { get; }

    public HttpClient Admin { get; }

    public ObjectStore Store => Host.Store;

    public static async Task<TestCluster> StartAsync(DevClusterOptions? options = null)
    {
        var cluster = new TestCluster(await DevClusterHost.StartAsync(options ?? new(), TestContext.Current.CancellationToken));
        cluster.AddNamespace("t1");
        await cluster.WaitAsync(new ResourceKey("", "configmaps"), "t1", "kube-root-ca.crt", _ => true);
        await cluster.WaitAsync(new ResourceKey("", "serviceaccounts"), "t1", "default", _ => true);
        return cluster;
    }

    public void AddNamespace(string name)
    {
        if (Store.Get(Namespaces, null, name) is null)
        {
            Store.Create(Namespaces, Json($$"""{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"{{name}}"} }"""));
        }
    }

    /// <summary>A client with a bearer token; null for none.</summary>
    public HttpClient ClientFor(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        })
        {
            BaseAddress = Host.BaseAddress,
            Timeout = TimeSpan.FromSeconds(60),
        };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return client;
    }

    /// <summary>Waits until an object is as wanted; fails after two minutes with what it was last.</summary>
    public async Task<JsonObject> WaitAsync(ResourceKey type, string? ns, string name, Func<JsonObject, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(StoreWaits.Patience);
        JsonObject? last = null;
        try
        {
            await foreach (var change in Store.WatchAsync(type, ns, limit.Token))
            {
                if (change.Object.Name() == name)
                {
                    last = change.Object;
                    if (change.Type != StoreEventType.Deleted && wanted(change.Object))
                    {
                        return change.Object;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
        }
        throw new TimeoutException($"{type} {ns}/{name} did not become as wanted; last: {last?.ToJsonString() ?? "absent"}");
    }

    /// <summary>Waits until an object is gone.</summary>
    public Task WaitForDeletionAsync(ResourceKey type, string? ns, string name) => Store.DeletionAsync(type, ns, name);

    public static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.DisposeAsync();
    }
}
