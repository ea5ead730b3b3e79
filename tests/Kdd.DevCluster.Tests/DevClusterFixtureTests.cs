using Xunit;

namespace Kdd.DevCluster.Tests;

public sealed class DevClusterFixtureTests(DevClusterFixture cluster) : IClassFixture<DevClusterFixture>
{
    [Fact]
    public async Task A_class_of_tests_has_a_cluster_by_naming_it()
    {
        DevClusterHost host = await cluster.Host;

        Assert.Contains(host.BaseAddress.ToString().TrimEnd('/'), host.Kubeconfig, StringComparison.Ordinal);
    }
}
