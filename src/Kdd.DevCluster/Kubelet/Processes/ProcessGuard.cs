using System.Diagnostics;
using System.Globalization;

namespace Kdd.DevCluster.Kubelet.Processes;

/// <summary>
/// Sees to it that no container outlives this process, however it ends: a shell in a session of its own is told of every process
/// group and kills those that are left when its standard input closes, which the kernel does even after a SIGKILL.
/// A process that has not got its own group yet is killed by itself. PR_SET_PDEATHSIG would not do: it reaches the child only, not its children, and fires when the forking thread ends.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    private const string Script =
        """
        trap '' INT TERM HUP
        groups=' '
        while read -r sign id; do
          case $sign in
            +) groups="$groups$id ";;
            -) groups="${groups%% $id *} ${groups#* $id }";;
          esac
        done
        for id in $groups; do kill -KILL "-$id" 2>/dev/null || kill -KILL "$id" 2>/dev/null; done
        """;

    private readonly Lock _lock = new();
    private readonly Process _shell;
    private bool _disposed;

    public ProcessGuard()
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, UseShellExecute = false };
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        _shell = Process.Start(start)
            ?? throw new InvalidOperationException("setsid (util-linux) is needed to run containers and did not start");
    }

    /// <summary>Watches over the group of <paramref name="processId"/>.</summary>
    public void Add(int processId) => Tell('+', processId);

    /// <summary>The group is gone; its id may be given to another.</summary>
    public void Remove(int processId) => Tell('-', processId);

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            _shell.StandardInput.Dispose();
        }
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Tell(char sign, int processId)
    {
        lock (_lock)
        {
            try
            {
                _shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{sign} {processId}\n"));
                _shell.StandardInput.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The guard has ended: it has killed all groups, this one too.
            }
        }
    }
}
