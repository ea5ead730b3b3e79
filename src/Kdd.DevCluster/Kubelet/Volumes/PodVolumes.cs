using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Volumes;

/// <summary>
/// The volumes of one pod on disk. A volume is a folder; a container sees it as a symbolic link at its mountPath below its own root
/// (<c>KDD_ROOT</c>). Files change by rename, so a reader sees the old or the new, never half.
/// </summary>
internal sealed class PodVolumes(string folder, VolumeFiles source)
{
    private readonly IssuedTokens _issued = new();

    /// <summary>Writes what is missing or has changed.</summary>
    /// <exception cref="VolumeException">Something that a volume refers to is missing.</exception>
    public void Refresh(JsonObject pod, string podIP, string hostIP)
    {
        foreach (var volume in (pod.Arr("spec", "volumes") ?? []).OfType<JsonObject>())
        {
            string name = volume.Str("name") ?? "";
            if (!IsMounted(pod, name) || volume.Obj("hostPath") is not null)
            {
                // As in a kubelet, a volume that no container mounts is not set up, so what it lacks holds nothing up.
                continue;
            }
            string path = FolderOf(name);
            Directory.CreateDirectory(path);
            if (source.Build(pod, volume, _issued, podIP, hostIP) is { } files)
            {
                Write(path, files);
            }
        }
    }

    /// <summary>The next refresh issues new tokens.</summary>
    public void RotateTokens() => _issued.Expire();

    /// <summary>Links the volumes that a container mounts below its root.</summary>
    public void Mount(JsonObject pod, JsonObject container, string root)
    {
        Directory.CreateDirectory(root);
        var volumes = (pod.Arr("spec", "volumes") ?? []).OfType<JsonObject>().ToDictionary(v => v.Str("name") ?? "");
        foreach (var mount in (container.Arr("volumeMounts") ?? []).OfType<JsonObject>().OrderBy(m => m.Str("mountPath")?.Length))
        {
            string name = mount.Str("name") ?? "";
            string target = volumes.TryGetValue(name, out var volume) && volume.Str("hostPath", "path") is { } host ? host : FolderOf(name);
            if (mount.Str("subPath") is { Length: > 0 } subPath)
            {
                target = PathBelow.Combine(target, subPath);
                if (!Path.Exists(target))
                {
                    Directory.CreateDirectory(target);
                }
            }
            string link = PathBelow.Combine(root, mount.Str("mountPath") ?? "");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            if (!Path.Exists(link))
            {
                File.CreateSymbolicLink(link, target);
            }
        }
    }

    private string FolderOf(string volume) => PathBelow.Combine(Path.Combine(folder, "volumes"), volume);

    private static bool IsMounted(JsonObject pod, string volume) =>
        (pod.Arr("spec", "containers") ?? []).Concat(pod.Arr("spec", "initContainers") ?? [])
        .SelectMany(container => container.Arr("volumeMounts") ?? [])
        .Any(mount => mount.Str("name") == volume);

    private static void Write(string path, Dictionary<string, byte[]> files)
    {
        foreach (var (name, content) in files)
        {
            string file = PathBelow.Combine(path, name);
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
            {
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            string next = file + ".next";
            File.WriteAllBytes(next, content);
            File.Move(next, file, overwrite: true);
        }
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            if (!files.ContainsKey(Path.GetRelativePath(path, file)))
            {
                File.Delete(file);
            }
        }
    }
}
