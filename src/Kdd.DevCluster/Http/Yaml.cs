using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Storage;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kdd.DevCluster.Http;

/// <summary>YAML bodies as JSON, with the scalar types that sigs.k8s.io/yaml (YAML 1.1 booleans, core numbers) sees.</summary>
internal static partial class Yaml
{
    /// <exception cref="YamlException">The text is not YAML.</exception>
    public static JsonNode? Parse(byte[] utf8, List<string>? duplicates)
    {
        _ = duplicates; // YamlDotNet refuses repeated keys itself
        var stream = new YamlStream();
        stream.Load(new StringReader(Encoding.UTF8.GetString(utf8)));
        var node = stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, 0);
        return node is null ? null : Json.Parse(Json.ToUtf8(node));
    }

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > 200)
        {
            throw new YamlException("exceeded max depth");
        }

        switch (node)
        {
            case YamlMappingNode map:
                var obj = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    obj[((YamlScalarNode)key).Value ?? ""] = Convert(value, depth + 1);
                }

                return obj;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(c => Convert(c, depth + 1))]);
            case YamlScalarNode { Style: ScalarStyle.Plain } scalar:
                return Plain(scalar.Value ?? "");
            case YamlScalarNode scalar:
                return scalar.Value;
            default:
                return null;
        }
    }

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ when Integer().IsMatch(text) && long.TryParse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var l) => l,
        _ when Hex().IsMatch(text) => long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        _ when Float().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) => d,
        _ => text,
    };

    [GeneratedRegex("^[-+]?[0-9][0-9_]*$")]
    private static partial Regex Integer();

    [GeneratedRegex("^0x[0-9a-fA-F]{1,15}$")]
    private static partial Regex Hex();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Float();
}
