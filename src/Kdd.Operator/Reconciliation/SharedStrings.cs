using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// Reads texts that came before as the same string. Conditions of 10,000 LogViews say the same few sentences: a string for each
/// is a third of what a waiting LogView takes.
/// </summary>
internal sealed class SharedStrings : JsonConverter<string>
{
    /// <summary>A name that is read once puts another text out of its slot; with so many slots a sentence lives through 1,000 of them.</summary>
    private const int Slots = 4096;

    private const int LongestShared = 128;

    private readonly string?[] _slots = new string?[Slots];

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new JsonException("expected a string");

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Text(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    private string Text(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > LongestShared)
        {
            return reader.GetString()!;
        }

        // Two threads may both write a slot: either string is right.
        ref string? slot = ref _slots[XxHash3.HashToUInt64(reader.ValueSpan) % Slots];
        return slot is { } known && Ascii.Equals(reader.ValueSpan, known) ? known : slot = reader.GetString()!;
    }
}
