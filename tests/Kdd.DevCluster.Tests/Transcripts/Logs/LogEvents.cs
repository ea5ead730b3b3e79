using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>What happened to the cluster while a stream was read, made to happen again.</summary>
internal sealed class LogEvents(LogStage stage, TranscriptCase transcript, FollowedBody body)
{
    private static readonly DateTimeOffset RuntimeReturn = new(2026, 11, 23, 13, 7, 18, 500, TimeSpan.Zero);

    private readonly string _pod = transcript.Path.Split('/')[6];
    private Task _restart = Task.CompletedTask;
    private bool _runtimeIsDown;

    /// <summary>Nothing is read at the moment, whatever is written.</summary>
    public bool IsSilent { get; private set; }

    private StagedContainer Container => stage.Container(_pod, Scenes.MainOf(_pod));

    /// <summary>Bytes written since nothing is read.</summary>
    public int HeldLength { get; private set; }

    /// <summary>Writes a line.</summary>
    /// <returns>What a reader gets for it: what was held by the runtime bears the time of its return.</returns>
    public async Task<string> WriteAsync(LogLine line, bool timestamps)
    {
        await Container.WriteAsync([line]);
        string shown = (_runtimeIsDown ? line with { Time = LogTime.From(RuntimeReturn) } : line).Shown(timestamps);
        HeldLength += IsSilent ? shown.Length : 0;
        return shown;
    }

    /// <summary>Whether this ends the silence.</summary>
    public bool Ends(string what) => IsSilent && what is "SIGCONT" or "up again";

    public async Task MakeAsync(string what, CancellationToken cancellationToken)
    {
        var faults = stage.Cluster.Host.Faults;
        switch (what)
        {
            case "SIGTERM to kubelet" or "SIGKILL to kubelet":
                faults.SetKubelet(LogStage.Node, KubeletMode.Down);
                break;
            case "SIGSTOP to kubelet (its connection stays open)":
                faults.SetKubelet(LogStage.Node, KubeletMode.Frozen);
                IsSilent = true;
                break;
            case "SIGCONT":
                faults.SetKubelet(LogStage.Node, KubeletMode.Running);
                IsSilent = false;
                break;
            case "SIGTERM to containerd":
                faults.SetContainerRuntime(LogStage.Node, isDown: true);
                IsSilent = _runtimeIsDown = true;
                break;
            case "up again" when _runtimeIsDown:
                stage.Clock.Set(RuntimeReturn);
                faults.SetContainerRuntime(LogStage.Node, isDown: false);
                IsSilent = _runtimeIsDown = false;
                break;
            case { } delete when delete.StartsWith("DELETE pod", StringComparison.Ordinal):
                await DeleteAsync(delete.Contains("gracePeriodSeconds=0", StringComparison.Ordinal), cancellationToken);
                break;
            case "SIGTERM to kube-apiserver":
                // It goes on with what is open until it is killed.
                _restart = faults.RestartApiServerAsync(TimeSpan.Zero, drain: TimeSpan.FromMinutes(2));
                break;
            case "SIGKILL to kube-apiserver":
                _restart = faults.RestartApiServerAsync(TimeSpan.Zero);
                break;
            case "apiserver process is gone" when !_restart.IsCompleted:
                faults.ResetConnections();
                break;
        }
    }

    /// <summary>What ends the case after its last line: the container's own exit.</summary>
    public async Task FinishAsync()
    {
        if (_pod is "restarter" or "partial2" && !body.End.IsCompleted)
        {
            Container.Exit(1);
        }

        await _restart;
    }

    private async Task DeleteAsync(bool force, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/namespaces/t1/pods/{_pod}{(force ? "?gracePeriodSeconds=0" : "")}");
        using var response = await stage.Cluster.Admin.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
