using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>A container of one pod. The uid is the identity: a StatefulSet gives a new pod the old name.</summary>
internal sealed record ContainerKey(string Namespace, string Pod, string PodUid, string Container)
{
    /// <summary>The container in a <see cref="StreamCursor"/>.</summary>
    public ulong Source { get; } = StreamCursor.SourceOf(PodUid, Container);

    public override string ToString() => $"{Namespace}/{Pod}/{Container}";
}
