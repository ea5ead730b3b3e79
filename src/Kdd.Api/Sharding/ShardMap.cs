using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kdd.Api.Sharding;

/// <summary>
/// Which operator replica owns a namespace: rendezvous hashing (highest random weight), so that a member that joins
/// or leaves moves only its own share. Operator and gateway compute it alike from the live members; nobody stores it.
/// </summary>
public static class ShardMap
{
    /// <summary>The owner of <paramref name="namespace"/> among <paramref name="members"/>; null when there is none.</summary>
    public static string? OwnerOf(string @namespace, IEnumerable<string> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        string? owner = null;
        ulong highest = 0;
        foreach (string member in members)
        {
            ulong score = Score(member, @namespace);
            if (owner is null || score > highest || (score == highest && string.CompareOrdinal(member, owner) < 0))
            {
                (owner, highest) = (member, score);
            }
        }

        return owner;
    }

    /// <summary>The first 8 bytes, big endian, of the SHA-256 of the UTF-8 text <c>member + "\n" + namespace</c>.</summary>
    public static ulong Score(string member, string @namespace)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{member}\n{@namespace}"), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
