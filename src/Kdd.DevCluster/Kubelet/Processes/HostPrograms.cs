namespace Kdd.DevCluster.Kubelet.Processes;

/// <summary>Finds programs of the host as execvp would.</summary>
internal static class HostPrograms
{
    /// <summary>The file that <paramref name="program"/> stands for; null when there is none.</summary>
    /// <param name="program">A name that is searched in <paramref name="path"/>, or a path.</param>
    /// <param name="path">Folders separated by colons.</param>
    /// <param name="workingDirectory">What a relative path is resolved against.</param>
    public static string? Find(string program, string path, string workingDirectory)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            string full = Path.GetFullPath(program, workingDirectory);
            return IsProgram(full) ? full : null;
        }
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
