using System.Net;
using System.Text.Json;
using Kdd.Api.Sharding;

namespace Kdd.Gateway.Routing;

/// <summary>An operator replica as its Lease describes it. Immutable.</summary>
/// <param name="Name">The Lease's holderIdentity, by which <see cref="ShardMap"/> knows it.</param>
/// <param name="Address">Its internal endpoint.</param>
/// <param name="Epoch">16 hex digits, new at each start of the process.</param>
/// <param name="SpkiSha256">Lower-case hex; the only key that is believed at <paramref name="Address"/>.</param>
/// <param name="RenewTime">Opaque: only whether it changed says something, for clocks of two machines cannot be compared.</param>
public sealed record Member(string Name, IPEndPoint Address, string Epoch, string SpkiSha256, string RenewTime)
{
    /// <summary>
    /// The replica's host in URLs. The process, not its pod, has a name: a pod that restarts keeps its address and takes
    /// a new key, and must not be given a connection of its predecessor.
    /// </summary>
    public string Host => Epoch + ".operator.kdd.internal";

    /// <summary>Reads a <c>coordination.k8s.io/v1</c> Lease; null, with the reason, for one that names no reachable replica.</summary>
    public static Member? FromLease(JsonElement lease, out string problem)
    {
        problem = "";
        JsonElement spec = Property(lease, "spec");
        JsonElement annotations = Property(Property(lease, "metadata"), "annotations");
        string holder = Text(spec, "holderIdentity");
        string epoch = Text(annotations, MemberLease.EpochAnnotation);
        string spki = Text(annotations, MemberLease.SpkiSha256Annotation);
        string address = Text(annotations, MemberLease.AddressAnnotation);
        if (holder.Length == 0)
        {
            problem = "spec.holderIdentity is empty";
        }
        else if (!IPEndPoint.TryParse(address, out _) || !address.Contains(':', StringComparison.Ordinal))
        {
            problem = $"annotation {MemberLease.AddressAnnotation} is not ip:port";
        }
        else if (!IsHex(epoch, 16))
        {
            problem = $"annotation {MemberLease.EpochAnnotation} is not 16 hex digits";
        }
        else if (!IsHex(spki, 64))
        {
            problem = $"annotation {MemberLease.SpkiSha256Annotation} is not 64 hex digits";
        }

        return problem.Length > 0 ? null : new Member(holder, IPEndPoint.Parse(address), epoch, spki, Text(spec, "renewTime"));
    }

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);

    private static JsonElement Property(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string Text(JsonElement parent, string name)
        => Property(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}
