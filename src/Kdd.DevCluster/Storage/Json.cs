using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Storage;

/// <summary>JSON trees in the one form that the store keeps: keys sorted, fully built (reads are thread-safe), leaves from JSON text.</summary>
public static class Json
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>Parses UTF-8 JSON; of repeated keys the last wins, as in Go's encoding/json.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="onDuplicate">Called with the path of each repeated key.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> utf8, Action<string>? onDuplicate = null)
    {
        using var document = JsonDocument.Parse(utf8, Options);
        return Build(document.RootElement.Clone(), "", onDuplicate);
    }

    /// <summary>The tree's UTF-8 JSON with keys sorted at every level.</summary>
    public static byte[] ToUtf8(JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = GoEncoder.Instance, SkipValidation = true, MaxDepth = 512 });
        Write(writer, node);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static JsonNode? Build(JsonElement element, string path, Action<string>? onDuplicate)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var obj = new JsonObject();
                foreach (var property in element.EnumerateObject())
                {
                    var child = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    if (onDuplicate is not null && obj.ContainsKey(property.Name))
                    {
                        onDuplicate(child);
                    }

                    obj[property.Name] = Build(property.Value, onDuplicate is null ? "" : child, onDuplicate);
                }

                return obj;
            case JsonValueKind.Array:
                var array = new JsonArray();
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    array.Add(Build(item, onDuplicate is null ? "" : $"{path}[{index++}]", onDuplicate));
                }

                return array;
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject obj:
                writer.WriteStartObject();
                foreach (var key in obj.Select(p => p.Key).Order(StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, obj[key]);
                }

                writer.WriteEndObject();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (var item in array)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
