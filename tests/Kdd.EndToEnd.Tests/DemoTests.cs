using System.Net;
using System.Net.Sockets;
using Kdd.EndToEnd.Tests.Cluster;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>The demo command itself: what it prints, and that it stops what it started.</summary>
[Trait("Needs", "DevCluster")]
public sealed class DemoTests
{
    [Theory]
    [InlineData("KDD_PORT")]
    [InlineData("KDD_API_PORT")]
    public async Task APortInUseIsOneClearSentence(string variable)
    {
        using TcpListener occupant = new(IPAddress.Loopback, 0);
        occupant.Start();
        string port = ((IPEndPoint)occupant.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        CommandResult result = await RunDemoAsync(variable, port);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"kdd demo: port {port} on 127.0.0.1 is in use: stop what listens there, or choose another with {variable}=PORT make demo", result.Error.Trim());
    }

    [Theory]
    [InlineData("KDD_PORT", "eighty", "it must be a port number from 1 to 65535")]
    [InlineData("KDD_PORT", "70000", "it must be a port number from 1 to 65535")]
    [InlineData("KDD_AUTH", "oidc", "it must be none or kubernetes")]
    public async Task AWrongSettingIsNamed(string variable, string value, string expected)
    {
        CommandResult result = await RunDemoAsync(variable, value);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{variable} is \"{value}\": {expected}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderWithOtherFilesIsLeftAlone()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("kdd-not-ours-");
        string file = Path.Combine(folder.FullName, "thesis.txt");
        await File.WriteAllTextAsync(file, "years of work", TestContext.Current.CancellationToken);

        CommandResult result = await RunDemoAsync("KDD_DIR", folder.FullName);

        Assert.Equal(1, result.ExitCode);
        Assert.True(File.Exists(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task SigtermStopsEveryProcessThatItStarted()
    {
        DemoProcess demo = await DemoProcess.StartAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        await using (demo)
        {
            int[] started = ProcessTree.Below(demo.ProcessId);
            Assert.True(started.Length > 3, "the cluster, the operator, the gateway and the shop are processes");

            Assert.Equal(0, await demo.StopAsync(TestContext.Current.CancellationToken));

            Assert.DoesNotContain(started, ProcessTree.IsAlive);
        }
    }

    private static Task<CommandResult> RunDemoAsync(string variable, string value)
    {
        Dictionary<string, string> environment = new()
        {
            ["KDD_PORT"] = DemoProcess.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["KDD_API_PORT"] = DemoProcess.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["KDD_DIR"] = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            [variable] = value,
        };
        return Command.RunAsync("bash", ["hack/demo.sh"], environment, input: null, TestContext.Current.CancellationToken);
    }
}
