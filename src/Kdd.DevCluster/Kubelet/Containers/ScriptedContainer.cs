using System.Text;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>Runs a <see cref="ContainerScript"/>.</summary>
internal sealed class ScriptedContainer : IContainer, IDisposable
{
    private readonly CancellationTokenSource _terminate = new();
    private readonly TaskCompletionSource<int> _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedContainer(ContainerScript script, ContainerSpec spec, ContainerLog log, TimeProvider timeProvider)
    {
        Exited = RunAsync(script, new ScriptContext(spec, log, timeProvider));
    }

    public Task<ContainerExit> Exited { get; }

    public void Terminate() => _terminate.Cancel();

    public void Kill()
    {
        _terminate.Cancel();
        _killed.TrySetResult(137);
    }

    public void Dispose() => _terminate.Dispose();

    private async Task<ContainerExit> RunAsync(ContainerScript script, ScriptContext context)
    {
        try
        {
            var running = Task.Run(() => script(context, _terminate.Token));
            int exitCode = await await Task.WhenAny(running, _killed.Task);
            return ContainerExit.FromCode(exitCode);
        }
        catch (OperationCanceledException)
        {
            return ContainerExit.FromCode(143);
        }
        catch (Exception e)
        {
            context.Write(Encoding.UTF8.GetBytes($"{e}\n"), stream: OutputStream.Stderr);
            return ContainerExit.FromCode(134);
        }
        finally
        {
            context.End();
        }
    }
}
