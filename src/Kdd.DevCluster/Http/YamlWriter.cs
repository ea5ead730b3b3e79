using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Kdd.DevCluster.Http;

/// <summary>Answers as YAML, for Accept: application/yaml.</summary>
internal static class YamlWriter
{
    public static byte[] Write(JsonNode node)
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(Convert(node))).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return Encoding.UTF8.GetBytes(text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    private static YamlNode Convert(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                var map = new YamlMappingNode();
                foreach (var (key, value) in obj.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    map.Add(new YamlScalarNode(key), Convert(value));
                }

                if (obj.Count == 0)
                {
                    map.Style = YamlDotNet.Core.Events.MappingStyle.Flow;
                }

                return map;
            case JsonArray array:
                var sequence = new YamlSequenceNode(array.Select(Convert));
                if (array.Count == 0)
                {
                    sequence.Style = YamlDotNet.Core.Events.SequenceStyle.Flow;
                }

                return sequence;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                var text = value.GetValue<string>();
                var plain = text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
                    && char.IsAsciiLetter(text[0]) && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
                return new YamlScalarNode(text) { Style = plain ? YamlDotNet.Core.ScalarStyle.Plain : YamlDotNet.Core.ScalarStyle.DoubleQuoted };
            default:
                return new YamlScalarNode(node?.ToJsonString() ?? "null");
        }
    }
}
