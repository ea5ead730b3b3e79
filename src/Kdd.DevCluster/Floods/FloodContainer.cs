using Kdd.DevCluster.Kubelet.Containers;

namespace Kdd.DevCluster.Floods;

/// <summary>A container that writes a flood; it has no process and no file.</summary>
internal sealed class FloodContainer : IContainer, IDisposable
{
    private readonly CancellationTokenSource _stopped = new();

    public FloodContainer(FloodSource source)
    {
        Source = source;
        Exited = RunAsync(source);
    }

    public FloodSource Source { get; }

    public Task<ContainerExit> Exited { get; }

    public void Terminate() => _stopped.Cancel();

    public void Kill() => _stopped.Cancel();

    public void Dispose() => _stopped.Dispose();

    private async Task<ContainerExit> RunAsync(FloodSource source)
    {
        try
        {
            await source.WaitForEndAsync(_stopped.Token);
            return ContainerExit.FromCode(0);
        }
        catch (OperationCanceledException)
        {
            return ContainerExit.FromCode(143);
        }
    }
}
