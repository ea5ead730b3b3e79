using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Api.Schema;

namespace Kdd.Api.LogViews;

/// <summary>
/// A length of time in the notation of Go's <c>time.ParseDuration</c> as far as the schema allows it:
/// one or more of a decimal number and a unit (<c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>). Keeps the text it was written as.
/// </summary>
[JsonConverter(typeof(DurationJsonConverter))]
[Pattern(PatternText)]
public readonly record struct Duration
{
    public const string PatternText = @"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

    /// <summary>Longest text the schema accepts.</summary>
    public const int MaxLength = 32;

    private readonly string? _text;

    private Duration(string text, TimeSpan value)
    {
        _text = text;
        Value = value;
    }

    public TimeSpan Value { get; }

    /// <exception cref="FormatException">The text is not a duration; the message says what would be.</exception>
    public static Duration Parse(string text) => TryParse(text, out Duration duration)
        ? duration
        : throw new FormatException($"\"{text}\" is not a duration: write numbers with the units ms, s, m or h, such as 30s or 1h30m");

    public static bool TryParse(string? text, out Duration duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        double milliseconds = 0;
        for (int at = 0; at < text.Length;)
        {
            int digits = at;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            {
                digits++;
            }

            int unitEnd = digits;
            while (unitEnd < text.Length && char.IsAsciiLetter(text[unitEnd]))
            {
                unitEnd++;
            }

            double? unit = text[digits..unitEnd] switch { "ms" => 1, "s" => 1e3, "m" => 60e3, "h" => 3600e3, _ => null };
            ReadOnlySpan<char> number = text.AsSpan(at, digits - at);
            if (unit is null || number.StartsWith(".") || number.EndsWith(".")
                || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                return false;
            }

            milliseconds += value * unit.Value;
            at = unitEnd;
        }

        // A hundred years bounds what TimeSpan arithmetic later adds to a time.
        if (milliseconds > TimeSpan.FromDays(36_500).TotalMilliseconds)
        {
            return false;
        }

        duration = new Duration(text, TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }

    public bool Equals(Duration other) => Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => _text ?? "0s";
}

internal sealed class DurationJsonConverter : JsonConverter<Duration>
{
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => Duration.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out Duration duration)
            ? duration
            : throw new JsonException("a duration must be numbers with the units ms, s, m or h, such as 30s or 1h30m");

    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options)
        => writer.WriteStringValue(value.ToString());
}
