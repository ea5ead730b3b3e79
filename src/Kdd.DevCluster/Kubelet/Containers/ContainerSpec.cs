namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>Everything that a container instance is started with, resolved: no references, no variables.</summary>
public sealed record ContainerSpec
{
    /// <summary>Namespace of its pod.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of its pod.</summary>
    public required string Pod { get; init; }

    /// <summary>Name of the container.</summary>
    public required string Name { get; init; }

    /// <summary>Image as the pod names it.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's entry point; empty keeps it.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Arguments.</summary>
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>Environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Folder under which its mounts lie: its <c>KDD_ROOT</c>.</summary>
    public required string Root { get; init; }

    /// <summary>workingDir of the container; "" for the image's.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>How often it was restarted.</summary>
    public int RestartCount { get; init; }

    /// <summary>Its node's clock: it stamps the log.</summary>
    public required NodeClock Clock { get; init; }

    /// <summary>The last path segment of the image without tag and digest: what images are known by.</summary>
    public string ImageName => NameOf(Image);

    /// <summary>The last path segment of <paramref name="image"/> without tag and digest.</summary>
    public static string NameOf(string image)
    {
        string name = image[(image.LastIndexOf('/') + 1)..];
        int end = name.AsSpan().IndexOfAny(':', '@');
        return end < 0 ? name : name[..end];
    }
}
