using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>Reads a <see cref="PodRecord"/> from the API server's bytes, in whatever order the members come.</summary>
internal static class PodReader
{
    public static readonly ObjectFormat<PodRecord> Format = new(
        Read, static pod => new NamespacedName(pod.Namespace, pod.Name), static pod => pod.ResourceVersion);

    public static PodRecord Read(ref ObjectJsonReader reader)
    {
        var metadata = new MetadataReader();
        var containers = new List<ContainerRecord>(2);
        var status = new PodStatusReader();
        string? nodeName = null;
        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata.Read(ref reader);
            }
            else if (reader.ValueTextEquals("spec"u8))
            {
                nodeName = ReadSpec(ref reader, containers);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                status.Read(ref reader);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return new PodRecord
        {
            Namespace = metadata.Namespace,
            Name = metadata.Name,
            Uid = metadata.Uid,
            ResourceVersion = metadata.ResourceVersion,
            Labels = metadata.Labels,
            Owners = metadata.Owners,
            CreationTimestamp = metadata.CreationTimestamp,
            DeletionTimestamp = metadata.DeletionTimestamp,
            NodeName = nodeName,
            Phase = status.Phase,
            Reason = status.Reason,
            Ready = status.Ready,
            Containers = InOrder(containers, status.Containers),
        };
    }

    private static string? ReadSpec(ref ObjectJsonReader reader, List<ContainerRecord> containers)
    {
        string? nodeName = null;
        if (!JsonFields.EntersObject(ref reader))
        {
            return nodeName;
        }

        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("nodeName"u8))
            {
                nodeName = JsonFields.Text(ref reader) is { Length: > 0 } name ? name : null;
            }
            else if (reader.ValueTextEquals("containers"u8))
            {
                ContainerReader.ReadDeclared(ref reader, ContainerRole.Regular, containers);
            }
            else if (reader.ValueTextEquals("initContainers"u8))
            {
                ContainerReader.ReadDeclared(ref reader, ContainerRole.Init, containers);
            }
            else if (reader.ValueTextEquals("ephemeralContainers"u8))
            {
                ContainerReader.ReadDeclared(ref reader, ContainerRole.Ephemeral, containers);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return nodeName;
    }

    /// <summary>Init containers and sidecars first, ephemeral ones last, each in the order of its list, with what the status knows.</summary>
    private static ContainerRecord[] InOrder(List<ContainerRecord> declared, Dictionary<string, ContainerRecord> statuses)
        => [.. declared
            .Select(container => statuses.TryGetValue(container.Name, out ContainerRecord? status)
                ? status with { Role = container.Role, Image = container.Image }
                : container)
            .OrderBy(container => container.Role switch { ContainerRole.Init or ContainerRole.Sidecar => 0, ContainerRole.Regular => 1, _ => 2 })];
}
