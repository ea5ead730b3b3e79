using System.Globalization;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>A namespace of one test's own, deleted at its end, with kubectl bound to it.</summary>
internal sealed class TestNamespace : IAsyncDisposable
{
    private readonly Kubectl _kubectl;

    private TestNamespace(Kubectl kubectl, string name)
    {
        _kubectl = kubectl;
        Name = name;
    }

    public string Name { get; }

    public static async Task<TestNamespace> CreateAsync(InstalledCluster cluster, string prefix)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Random.Shared.Next(0x1000000):x6}");
        await cluster.Kubectl.RunAsync($"create namespace {name}");
        return new TestNamespace(cluster.Kubectl, name);
    }

    public Task<string> RunAsync(string arguments, string? input = null) => _kubectl.RunAsync($"-n {Name} {arguments}", input);

    public Task<CommandResult> TryAsync(string arguments, string? input = null) => _kubectl.TryAsync($"-n {Name} {arguments}", input);

    public Task<string> ApplyAsync(string manifest) => RunAsync("apply -f -", manifest);

    /// <summary>Waits until the LogView's Ready condition is True.</summary>
    public Task<string> WaitReadyAsync(string logView) => RunAsync($"wait --for=condition=Ready lv/{logView} --timeout=120s");

    /// <summary>A condition field of a LogView, such as <c>reason</c> of <c>Ready</c>; empty while there is none.</summary>
    public Task<string> ConditionAsync(string logView, string type, string field)
        => RunAsync($"get lv/{logView} -o jsonpath={{.status.conditions[?(@.type==\"{type}\")].{field}}}");

    public async ValueTask DisposeAsync() => await _kubectl.TryAsync($"delete namespace {Name} --wait=false");
}
