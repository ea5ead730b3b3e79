using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Schemas;

/// <summary>Decoding of built-in kinds: nulls are dropped and a value of another type is an error, as in Go's encoding/json.</summary>
internal static class BuiltInDecoding
{
    /// <summary>Normalises in place; null when everything fits, else Go's complaint.</summary>
    public static string? Decode(JsonNode? node, Schema schema, string path)
    {
        switch (node)
        {
            case JsonObject obj:
                return schema.IsObject || schema.PreserveUnknown ? DecodeFields(obj, schema, path) : Complaint("object", schema, path);
            case JsonArray array:
                if (schema.Type != "array")
                {
                    return schema.PreserveUnknown ? null : Complaint("array", schema, path);
                }

                return array.Select((item, i) => Decode(item, schema.Items!, path)).FirstOrDefault(c => c is not null);
            case JsonValue value:
                return DecodeScalar(value, schema, path);
            default:
                return null;
        }
    }

    private static string? DecodeFields(JsonObject obj, Schema schema, string path)
    {
        // null is Go's "not set", but in free-form values it means null.
        foreach (var name in obj.Where(p => p.Value is null && !schema.PreserveUnknown).Select(p => p.Key).ToList())
        {
            obj.Remove(name);
        }

        foreach (var (name, value) in obj)
        {
            if (schema.Field(name) is { } field && Decode(value, field, path.Length == 0 ? name : $"{path}.{name}") is { } complaint)
            {
                return complaint;
            }
        }

        return null;
    }

    private static string? DecodeScalar(JsonValue value, Schema schema, string path)
    {
        var kind = value.GetValueKind();
        var fits = schema.Type switch
        {
            _ when schema.PreserveUnknown && schema.Type is null => true,
            _ when schema.IntOrString => kind is JsonValueKind.Number or JsonValueKind.String,
            "string" => kind == JsonValueKind.String,
            "integer" => kind == JsonValueKind.Number && ValueChecks.IsInteger(value),
            "number" => kind == JsonValueKind.Number,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => false,
        };
        if (!fits)
        {
            return Complaint(kind switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.Number => "number",
                _ => "bool",
            }, schema, path);
        }

        if (kind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetValue<string>();
        return schema.Format switch
        {
            "date-time" when !Formats.IsTime(text) =>
                $"parsing time {value.ToJsonString()} as \"2006-01-02T15:04:05Z07:00\": cannot parse {value.ToJsonString()} as \"2006\"",
            "micro-time" when MicroTimeComplaint(text) is { } rest =>
                $"parsing time \"{text}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"{rest}\" as \".000000\"",
            "byte" when !Formats.IsValid("byte", text) => "illegal base64 data at input byte 0",
            _ => null,
        };
    }

    // metav1.RFC3339Micro takes exactly six fraction digits.
    private static string? MicroTimeComplaint(string text)
    {
        if (!Formats.IsTime(text))
        {
            return text;
        }

        var rest = text[19..];
        return rest.Length > 7 && rest[0] == '.' && rest[1..7].All(char.IsAsciiDigit) && !char.IsAsciiDigit(rest[7]) ? null : rest;
    }

    private static string Complaint(string actual, Schema schema, string path)
    {
        var expected = schema switch
        {
            { Type: "integer" } => schema.Format ?? "int64",
            { Type: "boolean" } => "bool",
            { Type: "number" } => "float64",
            { Type: "array" } => "[]string",
            { IntOrString: true } => "int",
            { Type: "object", Model: { } model } => $"v1.{TypeName(model)}",
            { Type: "object" } => "map[string]string",
            _ => "string",
        };
        return $"json: cannot unmarshal {actual} into Go struct field {path} of type {expected}";
    }

    private static string TypeName(Type model) => ModelNames.KindOf(model);
}
