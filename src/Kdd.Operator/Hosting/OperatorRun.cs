using Kdd.Kubernetes;
using Kdd.Operator;

/// <summary>The run of the program, from its options to its exit code.</summary>
internal static partial class OperatorApplication
{
    public static async Task<int> RunAsync(OperatorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            ClusterConnection cluster = options.Kubeconfig is { } kubeconfig ? ClusterConnection.FromKubeconfig(kubeconfig) : ClusterConnection.InCluster();
            await using WebApplication app = Create(options, cluster, TimeProvider.System);
            await app.RunAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // No kubeconfig, not in a pod, a port in use: the message says it, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"kdd-operator: {e.Message}");
            return 2;
        }
    }
}
