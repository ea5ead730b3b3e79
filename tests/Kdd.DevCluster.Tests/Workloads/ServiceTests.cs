using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Workloads;

public sealed class ServiceTests : IAsyncLifetime
{
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly ResourceKey Services = new("", "services");
    private static readonly ResourceKey Slices = new("discovery.k8s.io", "endpointslices");
    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Ready_pods_are_the_endpoints_and_the_proxy_leads_to_them()
    {
        var pod = await StartAsync();
        var slice = await SliceAsync(s => s.Arr("endpoints")?.Count == 1 && s.Arr("endpoints")![0].Bool("conditions", "ready") == true);
        using var server = Serve(pod.Str("status", "podIP")!, "hello from the pod");

        string body = await _cluster.Admin.GetStringAsync("/api/v1/namespaces/t1/services/web:http/proxy/any/path?q=1", Cancelled);
        string ofPod = await _cluster.Admin.GetStringAsync("/api/v1/namespaces/t1/pods/web:8000/proxy/", Cancelled);

        Assert.Equal(8000, slice.Arr("ports")![0].Int("port"));
        Assert.Equal("hello from the pod GET /any/path?q=1", body);
        Assert.Equal("hello from the pod GET /", ofPod);
    }

    [Fact]
    public async Task A_service_without_ready_pods_is_503_and_one_that_is_not_there_404()
    {
        CreateService();

        using var none = await _cluster.Admin.GetAsync("/api/v1/namespaces/t1/services/web/proxy/", Cancelled);
        using var absent = await _cluster.Admin.GetAsync("/api/v1/namespaces/t1/services/other/proxy/", Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound), (none.StatusCode, absent.StatusCode));
        Assert.Contains("no endpoints available for service", await none.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_goes_leaves_the_endpoints_and_the_slice_goes_with_its_service()
    {
        await StartAsync();
        var slice = await SliceAsync(s => s.Arr("endpoints")?.Count == 1);

        _cluster.Store.Delete(Pods, "t1", "web");
        await SliceAsync(s => s.Arr("endpoints")!.Count == 0 || s.Arr("endpoints")![0].Bool("conditions", "terminating") == true);
        await SliceAsync(s => s.Arr("endpoints")!.Count == 0);
        _cluster.Store.Delete(Services, "t1", "web");

        await _cluster.WaitForDeletionAsync(Slices, "t1", slice.Name());
    }

    private async Task<JsonObject> StartAsync()
    {
        CreateService();
        var container = Manifests.Shell(Manifests.Loop);
        container["ports"] = JsonNode.Parse("""[{"name":"web","containerPort":8000}]""");
        _cluster.Store.Create(Pods, Manifests.Pod("web", Manifests.PodSpec("Always", container)));
        return await _cluster.WaitAsync(Pods, "t1", "web", pod => pod.Str("status", "phase") == "Running");
    }

    private void CreateService() => _cluster.Store.Create(Services, TestCluster.Json("""
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"t1"},
         "spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"web"}]}}
        """));

    private async Task<JsonObject> SliceAsync(Func<JsonObject, bool> wanted)
    {
        await foreach (var change in _cluster.Store.WatchAsync(Slices, "t1", Cancelled))
        {
            if (change.Type != StoreEventType.Deleted && wanted(change.Object))
            {
                return change.Object;
            }
        }
        throw new InvalidOperationException("the watch ended");
    }

    private static TcpListener Serve(string address, string text)
    {
        var listener = new TcpListener(IPAddress.Parse(address), 8000);
        listener.Start();
        _ = Task.Run(
            async () =>
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(Cancelled);
                    using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
                    string request = (await reader.ReadLineAsync(Cancelled))!;
                    while (await reader.ReadLineAsync(Cancelled) is { Length: > 0 })
                    {
                    }
                    string body = $"{text} {request[..request.LastIndexOf(' ')]}";
                    await client.GetStream().WriteAsync(
                        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), Cancelled);
                }
            },
            Cancelled);
        return listener;
    }
}
