namespace Kdd.DevCluster.Kubelet.Volumes;

/// <summary>Paths that manifests give, kept below the folder that they are meant for.</summary>
internal static class PathBelow
{
    /// <summary>The path of <paramref name="relative"/> (a leading slash is the folder itself) below <paramref name="folder"/>.</summary>
    /// <exception cref="VolumeException">It would lie outside.</exception>
    public static string Combine(string folder, string relative)
    {
        string root = Path.GetFullPath(folder);
        string path = relative.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(Path.Combine(root, relative.TrimStart('/')));
        return !path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? throw new VolumeException($"the path \"{relative}\" must be below its volume or container: it may not be empty nor contain ..")
            : path;
    }
}
