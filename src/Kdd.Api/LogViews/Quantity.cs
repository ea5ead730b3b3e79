using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Api.Schema;

namespace Kdd.Api.LogViews;

/// <summary>
/// A number of bytes as a Kubernetes quantity: an integer, or a string with a unit (<c>Ki Mi Gi</c> are powers of 1024,
/// <c>k M G</c> of 1000). Keeps the text it was written as.
/// </summary>
[JsonConverter(typeof(QuantityJsonConverter))]
[Pattern(PatternText)]
public readonly record struct Quantity
{
    public const string PatternText = "^[0-9]+(Ki|Mi|Gi|k|M|G)?$";

    /// <summary>Longest text the schema accepts.</summary>
    public const int MaxLength = 16;

    private readonly string? _text;

    private Quantity(string text, long bytes)
    {
        _text = text;
        Bytes = bytes;
    }

    public long Bytes { get; }

    /// <exception cref="FormatException">The text is not a quantity; the message says what would be.</exception>
    public static Quantity Parse(string text) => TryParse(text, out Quantity quantity)
        ? quantity
        : throw new FormatException($"\"{text}\" is not a quantity of bytes: write a whole number with or without Ki, Mi, Gi, k, M or G, such as 16Mi");

    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string unit = digits < 0 ? "" : text[digits..];
        long? factor = unit switch
        {
            "" => 1,
            "k" => 1_000,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            _ => null,
        };
        if (factor is null || !long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            || count > long.MaxValue / factor.Value)
        {
            return false;
        }

        quantity = new Quantity(text, count * factor.Value);
        return true;
    }

    public bool Equals(Quantity other) => Bytes == other.Bytes;

    public override int GetHashCode() => Bytes.GetHashCode();

    public override string ToString() => _text ?? "0";
}

internal sealed class QuantityJsonConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt64(out long number) => number.ToString(CultureInfo.InvariantCulture),
            JsonTokenType.String => reader.GetString(),
            _ => null,
        };
        return Quantity.TryParse(text, out Quantity quantity) ? quantity : throw new JsonException("a quantity must be a whole number of bytes, such as 16Mi");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options)
        => writer.WriteStringValue(value.ToString());
}
