namespace Kdd.DevCluster;

/// <summary>
/// A cluster that the tests of a class or an assembly share, for any test framework that disposes of its fixtures. With
/// xunit: <c>class MyTests(DevClusterFixture cluster) : IClassFixture&lt;DevClusterFixture&gt;</c>, then
/// <c>DevClusterHost host = await cluster.Host</c>.
/// </summary>
public sealed class DevClusterFixture : IAsyncDisposable
{
    /// <summary>The cluster, once it is ready; fails as <see cref="DevClusterHost.StartAsync"/> does.</summary>
    public Task<DevClusterHost> Host { get; } = DevClusterHost.StartAsync();

    public async ValueTask DisposeAsync() => await (await Host).DisposeAsync();
}
