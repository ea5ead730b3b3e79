using System.Text.Json;
using Kdd.Kubernetes.Informers;

namespace Kdd.Operator.Workloads;

/// <summary>Steps over the members of a JSON object; what is not asked for is skipped without a string being made.</summary>
internal static class JsonFields
{
    /// <summary>On <c>{</c> or after a value: moves to the next member's name; false at the <c>}</c>.</summary>
    public static bool NextMember(ref ObjectJsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>On a member's name: moves to its value and says whether it is an object; anything else is skipped.</summary>
    public static bool EntersObject(ref ObjectJsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>On a member's name: moves to its value and says whether it is an array; anything else is skipped.</summary>
    public static bool EntersArray(ref ObjectJsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>In an array: moves to the next object; false at the <c>]</c>.</summary>
    public static bool NextObject(ref ObjectJsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.EndArray => false,
            _ => throw new JsonException("expected an array of objects"),
        };
    }

    public static void SkipValue(ref ObjectJsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <exception cref="JsonException">Neither a string nor null.</exception>
    public static string? Text(ref ObjectJsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.Json.GetString(),
            JsonTokenType.Null => null,
            _ => throw new JsonException("expected a string"),
        };
    }

    /// <summary>On a member's name: reads its text into <paramref name="target"/> if the name is <paramref name="name"/>; null is empty.</summary>
    /// <exception cref="JsonException">Neither a string nor null.</exception>
    public static bool TakesText(ref ObjectJsonReader reader, ReadOnlySpan<byte> name, ref string target)
    {
        if (!reader.ValueTextEquals(name))
        {
            return false;
        }

        target = Text(ref reader) ?? "";
        return true;
    }

    /// <exception cref="JsonException">Neither an RFC 3339 time nor null.</exception>
    public static DateTimeOffset? Time(ref ObjectJsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String when reader.Json.TryGetDateTimeOffset(out DateTimeOffset time) => time,
            _ => throw new JsonException("expected an RFC 3339 time"),
        };
    }

    public static int Integer(ref ObjectJsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.Json.TryGetInt32(out int value) ? value : throw new JsonException("expected an integer");
    }

    public static bool Boolean(ref ObjectJsonReader reader)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.Json.GetBoolean() : throw new JsonException("expected a boolean");
    }
}
