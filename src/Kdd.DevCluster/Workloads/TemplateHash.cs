using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>The hash that names ReplicaSets and revisions by their pod template (label pod-template-hash).</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Ten letters, the same for equal templates.</summary>
    public static string Of(JsonNode template)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Json.ToUtf8(Without(template)))
        {
            hash = (hash ^ b) * 1099511628211;
        }
        Span<char> text = stackalloc char[10];
        foreach (ref char c in text)
        {
            c = Alphabet[(int)(hash % (ulong)Alphabet.Length)];
            hash /= (ulong)Alphabet.Length;
        }
        return new string(text);
    }

    /// <summary>Whether two templates differ in nothing but the hash label.</summary>
    public static bool AreEqual(JsonNode? one, JsonNode? other) =>
        one is not null && other is not null && Json.ToUtf8(Without(one)).AsSpan().SequenceEqual(Json.ToUtf8(Without(other)));

    private static JsonNode Without(JsonNode template)
    {
        var copy = template.DeepClone();
        copy.Obj("metadata", "labels")?.Remove(Label);
        copy.Obj("metadata")?.Remove("creationTimestamp");
        return copy;
    }
}
