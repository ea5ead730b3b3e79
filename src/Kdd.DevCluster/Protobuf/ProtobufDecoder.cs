using System.Text;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Protobuf;

/// <summary>
/// Turns a body of <c>application/vnd.kubernetes.protobuf</c> into the JSON that means the same. kubectl's typed verbs send it and do
/// not fall back. The body is the four bytes <c>k8s\0</c> and a <c>runtime.Unknown</c> (apimachinery, pkg/runtime/generated.proto).
/// </summary>
internal static class ProtobufDecoder
{
    /// <summary>Deepest nesting that is followed; pods need 12.</summary>
    private const int MaxDepth = 64;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <returns>The object; null when its kind is not one of Messages.txt.</returns>
    /// <exception cref="FormatException">The body is not an encoded object.</exception>
    public static JsonObject? Decode(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new FormatException("the body does not begin with the magic number of Kubernetes protobuf");
        }

        ProtobufReader envelope = new(body[Magic.Length..]);
        (string apiVersion, string kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        while (!envelope.AtEnd)
        {
            WireType type = envelope.ReadTag(out int field);
            switch (field)
            {
                case 1:
                    (apiVersion, kind) = ReadTypeMeta(envelope.ReadBytes());
                    break;
                case 2:
                    raw = envelope.ReadBytes();
                    break;
                default:
                    envelope.Skip(type);
                    break;
            }
        }

        string message = MessageCatalog.NameOf(apiVersion, kind);
        if (MessageCatalog.Find(message) is null)
        {
            return null;
        }

        JsonObject decoded = new() { ["apiVersion"] = apiVersion, ["kind"] = kind };
        DecodeInto(decoded, message, raw, depth: 0);
        return decoded;
    }

    private static (string ApiVersion, string Kind) ReadTypeMeta(ReadOnlySpan<byte> message)
    {
        ProtobufReader reader = new(message);
        (string apiVersion, string kind) = ("", "");
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            switch (field)
            {
                case 1:
                    apiVersion = Text(reader.ReadBytes());
                    break;
                case 2:
                    kind = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return (apiVersion, kind);
    }

    private static void DecodeInto(JsonObject target, string message, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException("messages are nested too deeply");
        }

        IReadOnlyDictionary<int, MessageField> fields = MessageCatalog.Find(message) ?? throw new FormatException($"unknown message {message}");
        ProtobufReader reader = new(bytes);
        while (!reader.AtEnd)
        {
            WireType wireType = reader.ReadTag(out int number);
            if (!fields.TryGetValue(number, out MessageField? field) || field.Type == "skip")
            {
                reader.Skip(wireType);
            }
            else if (field.IsInline)
            {
                DecodeInto(target, field.Type, reader.ReadBytes(), depth + 1);
            }
            else if (field.Type.StartsWith("[]", StringComparison.Ordinal))
            {
                ListOf(target, field.Name).Add(ReadValue(ref reader, wireType, field.Type[2..], depth, keepZero: true));
            }
            else if (field.Type.StartsWith("{}", StringComparison.Ordinal))
            {
                ReadEntry(MapOf(target, field.Name), field.Type[2..], reader.ReadBytes(), depth);
            }
            else if (ReadValue(ref reader, wireType, field.Type, depth, keepZero: false) is { } value)
            {
                target[field.Name] = value;
            }
        }
    }

    /// <param name="keepZero">False drops what Go's <c>omitempty</c> leaves out of the JSON: protobuf carries the zero of every non-pointer.</param>
    private static JsonNode? ReadValue(ref ProtobufReader reader, WireType wireType, string type, int depth, bool keepZero)
    {
        switch (type)
        {
            case "bool" or "bool?":
                bool truth = reader.ReadVarint() != 0;
                return truth || keepZero || type == "bool?" ? JsonValue.Create(truth) : null;
            case "int" or "int?":
                long number = (long)reader.ReadVarint();
                return number != 0 || keepZero || type == "int?" ? JsonValue.Create(number) : null;
            case "double":
                return JsonValue.Create(reader.ReadDouble());
        }

        if (wireType != WireType.LengthDelimited)
        {
            throw new FormatException($"a field of type {type} has wire type {(int)wireType}");
        }

        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        return type switch
        {
            "string" => bytes.IsEmpty && !keepZero ? null : JsonValue.Create(Text(bytes)),
            "bytes" => JsonValue.Create(Convert.ToBase64String(bytes)),
            "time" => WellKnownMessages.Time(bytes, fractionDigits: 0),
            "microtime" => WellKnownMessages.Time(bytes, fractionDigits: 6),
            "quantity" => WellKnownMessages.Quantity(bytes),
            "intorstring" => WellKnownMessages.IntOrString(bytes),
            "raw" or "fields" => WellKnownMessages.Raw(bytes),
            _ when type.StartsWith("items:", StringComparison.Ordinal) => WellKnownMessages.Items(bytes),
            _ => Nested(type, bytes, depth),
        };
    }

    private static JsonObject Nested(string message, ReadOnlySpan<byte> bytes, int depth)
    {
        JsonObject nested = [];
        DecodeInto(nested, message, bytes, depth + 1);
        return nested;
    }

    /// <summary>A map entry is a message of key (1) and value (2); a field left out is its zero.</summary>
    private static void ReadEntry(JsonObject map, string valueType, ReadOnlySpan<byte> bytes, int depth)
    {
        ProtobufReader reader = new(bytes);
        string key = "";
        JsonNode? value = null;
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            switch (field)
            {
                case 1:
                    key = Text(reader.ReadBytes());
                    break;
                case 2:
                    value = ReadValue(ref reader, type, valueType, depth, keepZero: true);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        map[key] = value ?? JsonValue.Create("");
    }

    private static JsonArray ListOf(JsonObject target, string name)
    {
        JsonArray list = target[name] as JsonArray ?? [];
        target[name] ??= list;
        return list;
    }

    private static JsonObject MapOf(JsonObject target, string name)
    {
        JsonObject map = target[name] as JsonObject ?? new JsonObject();
        target[name] ??= map;
        return map;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
