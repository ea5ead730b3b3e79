using System.Runtime.InteropServices;

namespace Kdd.DevCluster.Kubelet.Processes;

/// <summary>POSIX signals to processes and process groups.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Stop = 19;
    public const int Continue = 18;

    /// <summary>Signals one process; one that is gone is no error.</summary>
    public static void Send(int processId, int signal) => _ = kill(processId, signal);

    /// <summary>Signals all processes of the group that <paramref name="leaderId"/> leads.</summary>
    public static void SendToGroup(int leaderId, int signal) => _ = kill(-leaderId, signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int sig);
}
