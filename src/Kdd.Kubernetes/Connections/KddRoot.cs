namespace Kdd.Kubernetes;

/// <summary>
/// Where the absolute paths of a container lie. DevCluster runs pods as plain processes and lays their volumes out
/// under a folder per pod, which it names in <c>KDD_ROOT</c>; in a real container the variable is unset.
/// </summary>
public static class KddRoot
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "KDD_ROOT";

    /// <summary>The absolute <paramref name="path"/> under <c>KDD_ROOT</c>; the path itself where that is unset, or where it is relative.</summary>
    public static string Resolve(string path) => Resolve(path, Environment.GetEnvironmentVariable(Variable));

    /// <summary>The absolute <paramref name="path"/> under <paramref name="root"/>; the path itself where that is null or empty, or the path lies in it or is relative.</summary>
    public static string Resolve(string path, string? root)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return string.IsNullOrEmpty(root) || !Path.IsPathRooted(path) || path.StartsWith(root, StringComparison.Ordinal)
            ? path
            : Path.Join(root, path);
    }
}
