using Xunit;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>
/// A cluster with kdd installed, shared by all tests of a run: the demo, or the cluster that the environment names
/// (<c>KDD_E2E_KUBECONFIG</c> and <c>KDD_E2E_URL</c>, with <c>KDD_E2E_TOKEN</c> where the gateway asks for one).
/// </summary>
public sealed class InstalledCluster : IAsyncLifetime
{
    private DemoProcess? _demo;

    /// <summary>The gateway's address.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>Sends requests to the gateway with the rights of the tests' user.</summary>
    public HttpClient Gateway { get; private set; } = new();

    /// <summary>Bearer token of the tests' user; null where the gateway asks for none.</summary>
    internal static string? Token { get; } = Environment.GetEnvironmentVariable("KDD_E2E_TOKEN") is { Length: > 0 } token ? token : null;

    internal Kubectl Kubectl { get; private set; } = new("");

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("KDD_E2E_KUBECONFIG") is { Length: > 0 } kubeconfig)
        {
            Kubectl = new Kubectl(kubeconfig);
            Url = new Uri(Environment.GetEnvironmentVariable("KDD_E2E_URL") ?? throw new InvalidOperationException("KDD_E2E_URL must be the gateway's address"));
        }
        else
        {
            _demo = await DemoProcess.StartAsync(new Dictionary<string, string>(), TestContext.Current.CancellationToken);
            Kubectl = new Kubectl(_demo.Kubeconfig);
            Url = _demo.Url;
        }

        Gateway = new HttpClient { BaseAddress = Url, Timeout = Timeout.InfiniteTimeSpan };
        if (Token is { } token)
        {
            Gateway.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        if (_demo is not null)
        {
            await _demo.DisposeAsync();
        }
    }
}
