using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>The hash that names ReplicaSets and revisions by their pod template (label pod-template-hash).</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>
    /// The same for equal templates, in the form that controllers give it: a 32-bit FNV-1a, its decimal digits made letters
    /// (apimachinery's rand.SafeEncodeString).
    /// </summary>
    public static string Of(JsonNode template)
    {
        uint hash = 2166136261;
        foreach (byte b in Json.ToUtf8(Without(template)))
        {
            hash = (hash ^ b) * 16777619;
        }
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
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
