using System.Globalization;
using Kdd.Api.Sharding;
using Xunit;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>
/// DevCluster with kdd's CRD and roles in it and one gateway. Operator replicas are processes that a test starts, stops and
/// kills; each has the rights of kdd's own service account.
/// </summary>
public sealed class ReplicaCluster : IAsyncLifetime
{
    private const string Namespace = "kdd-system";

    private readonly string _folder = Directory.CreateTempSubdirectory("kdd-replicas-").FullName;
    private readonly List<ProgramProcess> _processes = [];

    /// <summary>Sends requests to the gateway, which asks for no sign-in.</summary>
    public HttpClient Gateway { get; private set; } = new();

    internal Kubectl Kubectl { get; private set; } = new("");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string AdminKubeconfig => Path.Combine(_folder, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        _processes.Add(ProgramProcess.Start("Kdd.DevCluster", ["--port", FreePort(), "--kubeconfig", AdminKubeconfig, "--dir", Path.Combine(_folder, "cluster")]));
        Kubectl = new Kubectl(AdminKubeconfig);
        await UntilAsync(async () => File.Exists(AdminKubeconfig) && (await Kubectl.TryAsync("get --raw /readyz")).ExitCode == 0, _processes[0]);
        await Kubectl.RunAsync($"create namespace {Namespace}");
        await Kubectl.RunAsync("apply -k config/crds");
        await Kubectl.RunAsync($"-n {Namespace} apply -f config/rbac/operator-role.yaml -f config/rbac/gateway-role.yaml");
        await Kubectl.RunAsync("wait --for=condition=Established crd/logviews.kdd.dev --timeout=60s");
        await StartGatewayAsync();
    }

    /// <summary>Starts a replica and waits until it is ready: it knows the LogViews and is a member that all can see.</summary>
    internal async Task<ProgramProcess> StartOperatorAsync(string member)
    {
        string kubeconfig = await WriteKubeconfigAsync("kdd-operator"), management = $"127.0.0.1:{FreePort()}";
        ProgramProcess started = ProgramProcess.Start(
            "Kdd.Operator",
            ["--kubeconfig", kubeconfig, "--namespace", Namespace, "--listen", $"127.0.0.1:{FreePort()}", "--management-listen", management],
            new Dictionary<string, string> { ["POD_NAME"] = member });
        _processes.Add(started);
        await ReadyAsync(management, started);
        return started;
    }

    /// <summary>The Lease that a killed replica left behind would be live for a while in the next test.</summary>
    internal async Task ForgetAsync(params string[] members)
    {
        foreach (string member in members)
        {
            await Kubectl.RunAsync($"-n {Namespace} delete lease {MemberLease.NameOf(member)} --ignore-not-found");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        foreach (ProgramProcess process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartGatewayAsync()
    {
        string tokenFile = Path.Combine(_folder, "operator-token"), listen = $"127.0.0.1:{FreePort()}", management = $"127.0.0.1:{FreePort()}";
        await File.WriteAllTextAsync(tokenFile, await Kubectl.RunAsync($"-n {Namespace} create token kdd-gateway --audience=kdd-operator --duration=1h"), Cancelled);
        ProgramProcess gateway = ProgramProcess.Start(
            "Kdd.Gateway",
            ["--kubeconfig", await WriteKubeconfigAsync("kdd-gateway"), "--namespace", Namespace, "--listen", listen, "--management-listen", management,
             "--access-mode", "none", "--access-credentials", AdminKubeconfig, "--operator-token", tokenFile]);
        _processes.Add(gateway);
        await ReadyAsync(management, gateway);
        Gateway = new HttpClient { BaseAddress = new Uri($"http://{listen}"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The admin's kubeconfig with a service account's token in place of the admin's.</summary>
    private async Task<string> WriteKubeconfigAsync(string serviceAccount)
    {
        string path = Path.Combine(_folder, serviceAccount + ".kubeconfig");
        string token = (await Kubectl.RunAsync($"-n {Namespace} create token {serviceAccount} --duration=1h")).Trim();
        string[] lines = await File.ReadAllLinesAsync(AdminKubeconfig, Cancelled);
        await File.WriteAllLinesAsync(path, lines.Select(line => line.TrimStart().StartsWith("token:", StringComparison.Ordinal) ? line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)] + " " + token : line), Cancelled);
        return path;
    }

    private static async Task ReadyAsync(string management, ProgramProcess process)
    {
        using HttpClient http = new();
        await UntilAsync(
            async () =>
            {
                try
                {
                    using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{management}/readyz"), Cancelled);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            process);
    }

    private static Task UntilAsync(Func<Task<bool>> condition, ProgramProcess process)
        => Until.TrueAsync(condition, () => process.HasExited ? $"a program has ended: {process.Output}" : null);

    private static string FreePort() => DemoProcess.FreePort().ToString(CultureInfo.InvariantCulture);
}
