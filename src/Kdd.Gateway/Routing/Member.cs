using System.Net;
using Kdd.Api.Sharding;
using Kdd.Kubernetes.Leases;

namespace Kdd.Gateway.Routing;

/// <summary>An operator replica as its Lease describes it. Immutable.</summary>
/// <param name="Name">The Lease's holderIdentity, by which <see cref="ShardMap"/> knows it.</param>
/// <param name="Address">Its internal endpoint.</param>
/// <param name="Epoch">16 hex digits, new at each start of the process.</param>
/// <param name="SpkiSha256">Lower-case hex; the only key that is believed at <paramref name="Address"/>.</param>
public sealed record Member(string Name, IPEndPoint Address, string Epoch, string SpkiSha256)
{
    /// <summary>
    /// The replica's host in URLs. The process, not its pod, has a name: a pod that restarts keeps its address and takes
    /// a new key, and must not be given a connection of its predecessor.
    /// </summary>
    public string Host => Epoch + ".operator.kdd.internal";

    /// <summary>Reads the annotations of a member Lease; null, with the reason, where they name no reachable replica.</summary>
    public static Member? From(LeaseMember lease, out string problem)
    {
        string epoch = lease.Annotations.GetValueOrDefault(MemberLease.EpochAnnotation, "");
        string spki = lease.Annotations.GetValueOrDefault(MemberLease.SpkiSha256Annotation, "");
        string address = lease.Annotations.GetValueOrDefault(MemberLease.AddressAnnotation, "");
        problem = address switch
        {
            _ when !address.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(address, out _) => $"annotation {MemberLease.AddressAnnotation} is not ip:port",
            _ when !IsHex(epoch, 16) => $"annotation {MemberLease.EpochAnnotation} is not 16 hex digits",
            _ when !IsHex(spki, 64) => $"annotation {MemberLease.SpkiSha256Annotation} is not 64 hex digits",
            _ => "",
        };
        return problem.Length > 0 ? null : new Member(lease.Identity, IPEndPoint.Parse(address), epoch, spki);
    }

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);
}
