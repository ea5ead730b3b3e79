namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>Stock kubectl against the cluster under test.</summary>
internal sealed class Kubectl(string kubeconfig)
{
    private readonly Dictionary<string, string> _environment = new() { ["KUBECONFIG"] = kubeconfig };

    /// <summary>Runs kubectl and returns what it said, whatever its exit code.</summary>
    public Task<CommandResult> TryAsync(string arguments, string? input = null)
        => Command.RunAsync("kubectl", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), _environment, input, Xunit.TestContext.Current.CancellationToken);

    /// <summary>Runs kubectl and returns its output.</summary>
    /// <exception cref="InvalidOperationException">kubectl failed; the message is what it printed.</exception>
    public async Task<string> RunAsync(string arguments, string? input = null) => (await TryAsync(arguments, input)).OutputOrThrow();
}
