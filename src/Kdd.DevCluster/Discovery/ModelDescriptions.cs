using System.Reflection;
using System.Text;
using System.Xml;
using k8s.Models;

namespace Kdd.DevCluster.Discovery;

/// <summary>Descriptions of built-in types and fields, from the documentation file that comes with the C# models.</summary>
internal static class ModelDescriptions
{
    public const string ApiVersion = "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
    public const string Kind = "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
    public const string Metadata = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    // Read once, when the first document is asked for: 25 MB of XML take a while.
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(Read);

    public static string? OfType(Type model) => Summaries.Value.GetValueOrDefault($"T:{model.FullName}");

    public static string? OfProperty(PropertyInfo property) =>
        Summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static Dictionary<string, string> Read()
    {
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.ChangeExtension(typeof(V1Pod).Assembly.Location, ".xml");
        if (!File.Exists(file))
        {
            return summaries; // descriptions are a courtesy: a published copy may leave the file out
        }

        using var reader = XmlReader.Create(file, new XmlReaderSettings { IgnoreWhitespace = true, IgnoreComments = true });
        while (reader.ReadToFollowing("member"))
        {
            if (reader.GetAttribute("name") is { } name && IsModel(name) && reader.ReadToDescendant("summary"))
            {
                summaries[name] = Unwrap(reader.ReadElementContentAsString());
            }
        }

        return summaries;
    }

    private static bool IsModel(string name) => name.StartsWith("T:k8s.Models.", StringComparison.Ordinal) || name.StartsWith("P:k8s.Models.", StringComparison.Ordinal);

    // The generator wraps lines; an empty line is a paragraph.
    private static string Unwrap(string text)
    {
        var result = new StringBuilder();
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.Length == 0)
            {
                result.Append(result.Length > 0 && result[^1] != '\n' ? "\n\n" : "");
            }
            else
            {
                result.Append(result.Length > 0 && result[^1] != '\n' ? " " : "").Append(line);
            }
        }

        return result.ToString().Trim();
    }
}
