using Xunit;

namespace Kdd.Kubernetes.Tests.Connections;

public sealed class ClusterConnectionTests : IDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    public void Dispose() => File.Delete(_kubeconfig);

    [Fact]
    public async Task AKubeconfigGivesAddressNamespaceAndToken()
    {
        Write("https://10.0.0.1:6443/k8s/clusters/c-1", "token: secret");
        ClusterConnection connection = ClusterConnection.FromKubeconfig(_kubeconfig);
        Assert.Equal(("https://10.0.0.1:6443/k8s/clusters/c-1/", "shop"), (connection.BaseAddress.AbsoluteUri, connection.Namespace));
        Assert.Equal("secret", await connection.Token!.GetAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AContextThatDoesNotExistIsNamed()
    {
        Write("https://10.0.0.1:6443", "token: secret");
        var refused = Assert.Throws<InvalidOperationException>(() => ClusterConnection.FromKubeconfig(_kubeconfig, "elsewhere"));
        Assert.Contains("elsewhere", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_kubeconfig, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsMissingOrNoKubeconfigIsNamed()
    {
        Assert.Contains("absent", Assert.Throws<InvalidOperationException>(() => ClusterConnection.FromKubeconfig(_kubeconfig + "-absent")).Message, StringComparison.Ordinal);
        File.WriteAllText(_kubeconfig, "{[");
        Assert.Throws<InvalidOperationException>(() => ClusterConnection.FromKubeconfig(_kubeconfig));
    }

    /// <summary>An exec plugin is a process: sixteen requests at once must not start sixteen of them.</summary>
    [Fact]
    public async Task AnExecPluginRunsOnceForRequestsAtOnceAndAgainWhenItsTokenIsRefused()
    {
        string count = _kubeconfig + ".count";
        string plugin = _kubeconfig + ".sh";
        await File.WriteAllTextAsync(
            plugin,
            $"#!/bin/sh\necho x >> {count}\nn=$(wc -l < {count})\n"
                + """echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$n'"}}'""",
            TestContext.Current.CancellationToken);
        Write("https://10.0.0.1:6443", $"exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: [{plugin}]}}");
        try
        {
            BearerToken token = ClusterConnection.FromKubeconfig(_kubeconfig).Token!;
            int before = File.Exists(count) ? (await File.ReadAllLinesAsync(count, TestContext.Current.CancellationToken)).Length : 0;
            string[] tokens = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => token.GetAsync(TestContext.Current.CancellationToken).AsTask()));
            string first = Assert.Single(tokens.Distinct());
            Assert.InRange((await File.ReadAllLinesAsync(count, TestContext.Current.CancellationToken)).Length - before, 0, 2);
            string? renewed = await token.RenewAsync(first, TestContext.Current.CancellationToken);
            Assert.NotEqual(first, renewed);
        }
        finally
        {
            File.Delete(count);
            File.Delete(plugin);
        }
    }

    [Theory]
    [InlineData("/var/run/token", null, "/var/run/token")]
    [InlineData("/var/run/token", "", "/var/run/token")]
    [InlineData("/var/run/token", "/pods/a", "/pods/a/var/run/token")]
    [InlineData("/pods/a/var/run/token", "/pods/a", "/pods/a/var/run/token")]
    [InlineData("token", "/pods/a", "token")]
    public void AContainersPathsLieUnderItsRoot(string path, string? root, string expected)
        => Assert.Equal(expected, KddRoot.Resolve(path, root));

    private void Write(string server, string user) => File.WriteAllText(_kubeconfig, $$"""
        apiVersion: v1
        kind: Config
        current-context: main
        clusters:
          - name: one
            cluster: {server: "{{server}}"}
        contexts:
          - name: main
            context: {cluster: one, user: me, namespace: shop}
        users:
          - name: me
            user:
              {{user}}
        """);
}
