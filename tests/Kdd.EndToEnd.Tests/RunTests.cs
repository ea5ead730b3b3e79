using System.Globalization;
using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary><c>make run</c>: operator and gateway on this machine against a cluster that knows nothing of kdd.</summary>
[Trait("Needs", "DevCluster")]
public sealed class RunTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kdd-run-").FullName;
    private ProgramProcess? _cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        _cluster = ProgramProcess.Start("Kdd.DevCluster", ["--kubeconfig", Kubeconfig, "--dir", Path.Combine(_folder, "cluster")]);
        await Until.TrueAsync(async () => File.Exists(Kubeconfig) && (await new Kubectl(Kubeconfig).TryAsync("get --raw /readyz")).ExitCode == 0, () => _cluster.HasExited ? _cluster.Output : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task LinesStreamAndSigtermLeavesNothingBehindButTheCrd()
    {
        Kubectl kubectl = new(Kubeconfig);
        await using (DemoProcess run = await DemoProcess.StartAsync("hack/run.sh", new Dictionary<string, string> { ["KUBECONFIG"] = Kubeconfig }, Cancelled))
        {
            await kubectl.RunAsync("create namespace shop");
            await kubectl.RunAsync("-n shop apply -f -", Manifests.Numbers("numbers"));
            await kubectl.RunAsync("-n shop apply -f -", Manifests.LogViewOn("numbers", "numbers"));
            await kubectl.RunAsync("-n shop wait --for=condition=Ready lv/numbers --timeout=90s");
            Assert.StartsWith(run.Url.ToString(), await kubectl.RunAsync("-n shop get lv/numbers -o jsonpath={.status.url}"), StringComparison.Ordinal);
            using HttpClient gateway = new() { BaseAddress = run.Url, Timeout = Timeout.InfiniteTimeSpan };
            await using (NumberedStream viewer = new(gateway, "shop", "numbers"))
            {
                await viewer.ReachesAsync(100);
            }

            Assert.All(ProcessTree.Below(run.ProcessId).SelectMany(ListensOn), address => Assert.StartsWith("127.", address, StringComparison.Ordinal));
            int[] started = ProcessTree.Below(run.ProcessId);
            Assert.Equal(0, await run.StopAsync(Cancelled));
            Assert.DoesNotContain(started, ProcessTree.IsAlive);
        }

        await kubectl.RunAsync("wait --for=delete namespace/kdd-run --timeout=60s");
        await kubectl.RunAsync("-n shop get lv/numbers");
    }

    [Theory]
    [InlineData("KUBECONFIG", "/nowhere/kubeconfig", "KUBECONFIG is /nowhere/kubeconfig, and there is no such file")]
    [InlineData("KDD_PORT", "eighty", "KDD_PORT is \"eighty\": it must be a port number from 1 to 65535")]
    [InlineData("KDD_CRDS", "delete", "KDD_CRDS is \"delete\": it must be apply or skip")]
    public async Task AWrongSettingIsOneClearSentence(string variable, string value, string expected)
    {
        CommandResult result = await RunAsync(variable, value);

        Assert.Equal((1, "kdd run: " + expected), (result.ExitCode, result.Error.Trim()));
    }

    [Fact]
    public async Task AClusterWhereKddRunsAlreadyIsLeftAlone()
    {
        Kubectl kubectl = new(Kubeconfig);
        await kubectl.RunAsync("create namespace kdd-system");
        await kubectl.RunAsync("-n kdd-system create deployment kdd-operator --image=busybox");

        CommandResult result = await RunAsync("KDD_CRDS", "apply");

        Assert.Equal((1, "kdd run: kdd runs in this cluster already: kubectl -n kdd-system scale deployment/kdd-operator --replicas=0"), (result.ExitCode, result.Error.Trim()));
        Assert.NotEqual(0, (await kubectl.TryAsync("get namespace kdd-run")).ExitCode);
    }

    private Task<CommandResult> RunAsync(string variable, string value)
    {
        Dictionary<string, string> environment = new()
        {
            ["KUBECONFIG"] = Kubeconfig,
            ["KDD_PORT"] = DemoProcess.FreePort().ToString(CultureInfo.InvariantCulture),
            ["KDD_DIR"] = Path.Combine(_folder, "state"),
            [variable] = value,
        };
        return Command.RunAsync("bash", ["hack/run.sh"], environment, input: null, Cancelled);
    }

    /// <summary>Local addresses of listening TCP sockets, IPv4, of a process (proc(5), <c>/proc/PID/net/tcp</c> and its fds).</summary>
    private static IEnumerable<string> ListensOn(int processId)
    {
        if (!Directory.Exists($"/proc/{processId}/fd"))
        {
            return [];
        }

        HashSet<string?> sockets = [.. Directory.EnumerateFiles($"/proc/{processId}/fd").Select(file => new FileInfo(file).LinkTarget)];
        return [.. from line in File.ReadLines($"/proc/{processId}/net/tcp").Skip(1)
                   let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                   where fields[3] == "0A" && sockets.Contains($"socket:[{fields[9]}]")
                   select new System.Net.IPAddress(uint.Parse(fields[1].Split(':')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()];
    }
}
