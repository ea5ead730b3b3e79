using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

/// <summary>What a container finds around it: environment, volumes, service account, addresses, probes.</summary>
public sealed class PodSurroundingsTests : IAsyncLifetime
{
    private static readonly ResourceKey Pods = new("", "pods");
    private TestCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(new()
        {
            Kubelet = new KubeletSettings { RestartDelay = TimeSpan.FromMilliseconds(20), VolumeRefresh = TimeSpan.FromMilliseconds(50) },
        });
        _cluster.Store.Create(new ResourceKey("", "configmaps"), TestCluster.Json("""
            {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"config","namespace":"t1"},"data":{"COLOUR":"blue","other":"x"}}
            """));
        _cluster.Store.Create(new ResourceKey("", "secrets"), TestCluster.Json("""
            {"kind":"Secret","apiVersion":"v1","metadata":{"name":"secret","namespace":"t1"},"data":{"password":"aHVudGVyMg=="}}
            """));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task The_environment_holds_what_manifests_refer_to()
    {
        var container = Manifests.Shell("echo $COLOUR-$P_COLOUR-$PASSWORD-$NAME-$APP-$GREETING-$KEPT-$(basename $KDD_ROOT); [ -n \"$IP\" ] && echo ip");
        container["args"] = new JsonArray("$(NAME)");
        container["envFrom"] = JsonNode.Parse("""[{"configMapRef":{"name":"config"}},{"prefix":"P_","configMapRef":{"name":"config"}}]""");
        container["env"] = JsonNode.Parse("""
            [{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"secret","key":"password"}}},
             {"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
             {"name":"APP","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}},
             {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},
             {"name":"ABSENT","valueFrom":{"configMapKeyRef":{"name":"config","key":"none","optional":true}}},
             {"name":"GREETING","value":"hello $(NAME)"},
             {"name":"KEPT","value":"$$(NAME) $(NOBODY)"}]
            """);

        string log = await RunAsync("env", container);

        Assert.Equal("blue-blue-hunter2-env-env-hello env-$(NAME) $(NOBODY)-root\nip\n", log);
    }

    [Fact]
    public async Task A_missing_key_is_a_configuration_error_that_names_it()
    {
        var container = Manifests.Shell("true");
        container["env"] = JsonNode.Parse("""[{"name":"X","valueFrom":{"secretKeyRef":{"name":"secret","key":"none"}}}]""");
        _cluster.Store.Create(Pods, Manifests.Pod("p", Manifests.PodSpec("Never", container)));

        var pod = await _cluster.WaitAsync(Pods, "t1", "p", p =>
            p.Arr("status", "containerStatuses")?[0].Str("state", "waiting", "reason") == "CreateContainerConfigError");

        Assert.Equal("couldn't find key none in Secret t1/secret", pod.Arr("status", "containerStatuses")![0].Str("state", "waiting", "message"));
    }

    [Fact]
    public async Task Volumes_lie_below_the_containers_root()
    {
        var container = Manifests.Shell(
            "cat etc/secret/renamed; echo; cat $KDD_ROOT/etc/pod/labels; echo; cat $KDD_ROOT/all/COLOUR $KDD_ROOT/all/ns; echo; echo data > $KDD_ROOT/scratch/file; cat scratch/file; cat one");
        container["volumeMounts"] = JsonNode.Parse("""
            [{"name":"secret","mountPath":"/etc/secret"},{"name":"pod","mountPath":"/etc/pod"},{"name":"all","mountPath":"/all"},
             {"name":"scratch","mountPath":"/scratch"},{"name":"config","mountPath":"/one","subPath":"COLOUR"}]
            """);
        var spec = Manifests.PodSpec("Never", container);
        spec["volumes"] = JsonNode.Parse("""
            [{"name":"secret","secret":{"secretName":"secret","items":[{"key":"password","path":"renamed"}]}},
             {"name":"pod","downwardAPI":{"items":[{"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}}]}},
             {"name":"all","projected":{"sources":[{"configMap":{"name":"config"}},{"downwardAPI":{"items":[{"path":"ns","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}},
             {"name":"scratch","emptyDir":{}},{"name":"config","configMap":{"name":"config"}}]
            """);

        Assert.Equal("hunter2\napp=\"volumes\"\nbluet1\ndata\nblue", await RunAsync("volumes", container, spec));
    }

    [Fact]
    public async Task The_service_account_is_mounted_and_its_token_is_bound_to_the_pod()
    {
        string log = await RunAsync("account", Manifests.Shell(
            "cd $KDD_ROOT/var/run/secrets/kubernetes.io/serviceaccount; cat namespace; echo; cat token; echo; head -1 ca.crt; echo $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT"));

        string[] lines = log.Split('\n');
        Assert.Equal(("t1", "-----BEGIN CERTIFICATE-----"), (lines[0], lines[2]));
        Assert.Equal(_cluster.Host.BaseAddress.Authority, lines[3]);
        var user = _cluster.Host.Services.GetRequiredService<ServiceAccountTokens>().Validate(lines[1], [ServiceAccountTokens.Issuer], out _);
        Assert.Equal("system:serviceaccount:t1:default", user!.Name);
        Assert.Equal(["account"], user.Extra["authentication.kubernetes.io/pod-name"]);
    }

    [Fact]
    public async Task A_projected_token_is_for_its_audience_and_is_replaced_in_its_file()
    {
        var container = Manifests.Shell(Manifests.Loop);
        container["volumeMounts"] = JsonNode.Parse("""[{"name":"token","mountPath":"/tokens"}]""");
        var spec = Manifests.PodSpec("Always", container);
        spec["volumes"] = JsonNode.Parse("""
            [{"name":"token","projected":{"sources":[{"serviceAccountToken":{"audience":"kdd-operator","expirationSeconds":600,"path":"token"}}]}}]
            """);
        _cluster.Store.Create(Pods, Manifests.Pod("p", spec));
        await _cluster.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Running");
        string file = Path.Combine(FolderOf("p"), "containers", "main", "root", "tokens", "token");
        string first = await File.ReadAllTextAsync(file, Cancelled);

        Assert.Equal(1, _cluster.Host.Faults.RotateTokens("t1", "p"));
        string second;
        while ((second = await File.ReadAllTextAsync(file, Cancelled)) == first)
        {
            await Task.Yield();
        }

        var tokens = _cluster.Host.Services.GetRequiredService<ServiceAccountTokens>();
        Assert.NotNull(tokens.Validate(second, ["kdd-operator"], out _));
        Assert.Null(tokens.Validate(second, [ServiceAccountTokens.Issuer], out _));
    }

    [Fact]
    public async Task A_changed_config_map_reaches_the_running_container()
    {
        var container = Manifests.Shell("while [ \"$(cat etc/COLOUR)\" = blue ]; do sleep 0.05; done; cat etc/COLOUR");
        container["volumeMounts"] = JsonNode.Parse("""[{"name":"config","mountPath":"/etc"}]""");
        var spec = Manifests.PodSpec("Never", container);
        spec["volumes"] = JsonNode.Parse("""[{"name":"config","configMap":{"name":"config"}}]""");
        _cluster.Store.Create(Pods, Manifests.Pod("p", spec));
        await _cluster.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Running");

        _cluster.Store.Mutate(new ResourceKey("", "configmaps"), "t1", "config", map =>
        {
            map.Obj("data")!["COLOUR"] = "red";
            return true;
        });

        await _cluster.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Succeeded");
        Assert.Equal("red", await _cluster.Admin.GetStringAsync("/api/v1/namespaces/t1/pods/p/log", Cancelled));
    }

    [Fact]
    public async Task Each_pod_has_its_own_loopback_address_and_readiness_follows_its_port()
    {
        var container = Manifests.Shell(Manifests.Loop);
        container["readinessProbe"] = JsonNode.Parse("""{"tcpSocket":{"port":7000},"periodSeconds":1}""");
        _cluster.Store.Create(Pods, Manifests.Pod("one", Manifests.PodSpec("Always", (JsonObject)container.DeepClone())));
        _cluster.Store.Create(Pods, Manifests.Pod("two", Manifests.PodSpec("Always", container)));
        var one = await _cluster.WaitAsync(Pods, "t1", "one", p => p.Str("status", "phase") == "Running");
        var two = await _cluster.WaitAsync(Pods, "t1", "two", p => p.Str("status", "phase") == "Running");
        Assert.NotEqual(one.Str("status", "podIP"), two.Str("status", "podIP"));
        Assert.Equal("False", Ready(one));

        using var listener = new TcpListener(IPAddress.Parse(one.Str("status", "podIP")!), 7000);
        listener.Start();

        await _cluster.WaitAsync(Pods, "t1", "one", p => Ready(p) == "True");
        Assert.Equal("False", Ready(_cluster.Store.Get(Pods, "t1", "two")!));
        listener.Stop();
        var unready = await _cluster.WaitAsync(Pods, "t1", "one", p => Ready(p) == "False");
        Assert.Equal(0, unready.Arr("status", "containerStatuses")![0].Int("restartCount"));
    }

    [Fact]
    public async Task A_failing_liveness_probe_restarts_the_container()
    {
        var container = Manifests.Shell("[ -f alive ] || { touch alive; rm -f ok; trap 'exit 7' TERM; while :; do sleep 0.05; done; }; touch ok; " + Manifests.Loop);
        container["livenessProbe"] = JsonNode.Parse("""{"exec":{"command":["sh","-c","test -f ok"]},"periodSeconds":1,"failureThreshold":2}""");
        _cluster.Store.Create(Pods, Manifests.Pod("p", Manifests.PodSpec("Always", container)));

        var pod = await _cluster.WaitAsync(Pods, "t1", "p", p =>
            p.Arr("status", "containerStatuses")?[0] is { } status && status.Int("restartCount") == 1 && status.Obj("state", "running") is not null);

        Assert.Equal(7, pod.Arr("status", "containerStatuses")![0].Int("lastState", "terminated", "exitCode"));
    }

    [Fact]
    public async Task A_host_port_leads_to_the_pod()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int hostPort = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var container = Manifests.Shell(Manifests.Loop);
        container["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 7001, ["hostPort"] = hostPort });
        _cluster.Store.Create(Pods, Manifests.Pod("p", Manifests.PodSpec("Always", container)));
        var pod = await _cluster.WaitAsync(Pods, "t1", "p", p => p.Str("status", "phase") == "Running");
        using var listener = new TcpListener(IPAddress.Parse(pod.Str("status", "podIP")!), 7001);
        listener.Start();

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, hostPort, Cancelled);
        using var server = await listener.AcceptTcpClientAsync(Cancelled);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("ping"), Cancelled);
        byte[] read = new byte[4];
        await server.GetStream().ReadExactlyAsync(read, Cancelled);

        Assert.Equal("ping", Encoding.ASCII.GetString(read));
    }

    private static string? Ready(JsonObject pod) =>
        (pod.Arr("status", "conditions") ?? []).FirstOrDefault(c => c.Str("type") == "Ready").Str("status");

    private string FolderOf(string name) =>
        Directory.GetDirectories(Path.Combine(_cluster.Host.Directory, "pods"), $"t1_{name}_*").Single();

    private async Task<string> RunAsync(string name, JsonObject container, JsonObject? spec = null)
    {
        _cluster.Store.Create(Pods, Manifests.Pod(name, spec ?? Manifests.PodSpec("Never", container)));
        await _cluster.WaitAsync(Pods, "t1", name, pod => pod.Str("status", "phase") == "Succeeded");
        return await _cluster.Admin.GetStringAsync($"/api/v1/namespaces/t1/pods/{name}/log", Cancelled);
    }
}
