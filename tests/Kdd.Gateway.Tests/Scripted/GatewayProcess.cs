using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>The gateway as a process of its own, for what one process with both ends of every connection has too few file descriptors for.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private GatewayProcess(Process process, string directory, Uri address) => (_process, _directory, Address) = (process, directory, address);

    public Uri Address { get; }

    public static async Task<GatewayProcess> StartAsync(ScriptedApiServer api)
    {
        string directory = Directory.CreateTempSubdirectory("kdd-gateway-").FullName;
        string token = Path.Join(directory, "operator-token"), kubeconfig = Path.Join(directory, "kubeconfig");
        await File.WriteAllTextAsync(token, "token-for-operator\n");
        await File.WriteAllTextAsync(kubeconfig, GatewayUnderTest.Kubeconfig(api));
        string management = $"127.0.0.1:{FreePort()}";
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Join(AppContext.BaseDirectory, "Kdd.Gateway.dll"), "--listen", address.Authority, "--management-listen", management,
            "--kubeconfig", kubeconfig, "--namespace", "kdd-system", "--operator-token", token,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var gateway = new GatewayProcess(process, directory, address);
        await gateway.ReadyAsync(new Uri($"http://{management}/readyz"));
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ReadyAsync(Uri readyz)
    {
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(readyz, TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
