using System.Text;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Errors that the kubelet writes into a body whose status is already 200. They carry no timestamp, as the rest of a split
/// line does; their beginnings tell them apart.
/// </summary>
internal static class KubeletText
{
    private static readonly byte[][] Beginnings =
    [
        .. new[]
        {
            "unable to retrieve container logs",
            "failed to create fsnotify watcher",
            "failed to try resolving symlinks",
            "failed to open log file",
            "failed to watch",
            "failed to get container status",
            "failed to seek",
            "failed to parse CRI log",
            "rpc error: code =",
            "Error from server",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public static bool IsError(ReadOnlySpan<byte> text)
    {
        foreach (byte[] beginning in Beginnings)
        {
            if (text.StartsWith(beginning))
            {
                return true;
            }
        }

        return false;
    }
}
