using System.Diagnostics;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>Which process started which, as Linux tells it.</summary>
internal static class ProcessTree
{
    /// <summary>Every process that <paramref name="processId"/> started, or that one of those did.</summary>
    public static int[] Below(int processId)
    {
        ILookup<int, int> children = Process.GetProcesses().Select(process => process.Id).ToLookup(ParentOf);
        List<int> found = [];
        Stack<int> open = new([processId]);
        while (open.TryPop(out int parent))
        {
            foreach (int child in children[parent])
            {
                found.Add(child);
                open.Push(child);
            }
        }

        return [.. found];
    }

    /// <summary>The command line's words; empty for a process that has gone.</summary>
    public static string[] CommandOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>A zombie lives no more.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Field 4 of <c>/proc/PID/stat</c> (proc(5)); the name before it may hold spaces and brackets.</summary>
    private static int ParentOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
