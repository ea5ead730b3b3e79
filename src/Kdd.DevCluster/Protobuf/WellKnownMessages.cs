using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Protobuf;

/// <summary>Messages whose JSON form is no object: times, quantities, int-or-string, raw JSON and lists of their own.</summary>
internal static class WellKnownMessages
{
    /// <summary><c>meta.Time</c> and <c>MicroTime</c>: seconds (1) and nanoseconds (2); an empty message is no time.</summary>
    public static JsonNode? Time(ReadOnlySpan<byte> bytes, int fractionDigits)
    {
        (long seconds, long nanoseconds) = (0, 0);
        ProtobufReader reader = new(bytes);
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            switch (field)
            {
                case 1:
                    seconds = (long)reader.ReadVarint();
                    break;
                case 2:
                    nanoseconds = (long)reader.ReadVarint();
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        if (seconds == 0 && nanoseconds == 0)
        {
            return null;
        }

        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            throw new FormatException("a time lies outside the years 1 to 9999");
        }

        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        string fraction = fractionDigits == 0 ? "" : "." + nanoseconds.ToString("000000000", CultureInfo.InvariantCulture)[..fractionDigits];
        return JsonValue.Create(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z");
    }

    /// <summary><c>resource.Quantity</c>: its text (1).</summary>
    public static JsonNode Quantity(ReadOnlySpan<byte> bytes) => JsonValue.Create(Encoding.UTF8.GetString(FieldOf(bytes, 1)));

    /// <summary><c>runtime.RawExtension</c> and <c>meta.FieldsV1</c>: JSON text (1).</summary>
    public static JsonNode? Raw(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonNode.Parse(FieldOf(bytes, 1));
        }
        catch (JsonException exception)
        {
            throw new FormatException("a raw field holds no JSON", exception);
        }
    }

    /// <summary><c>intstr.IntOrString</c>: type (1: 0 int, 1 string), int (2), string (3).</summary>
    public static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        (ulong kind, long number, string text) = (0, 0, "");
        ProtobufReader reader = new(bytes);
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            switch (field)
            {
                case 1:
                    kind = reader.ReadVarint();
                    break;
                case 2:
                    number = (long)reader.ReadVarint();
                    break;
                case 3:
                    text = Encoding.UTF8.GetString(reader.ReadBytes());
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return kind == 0 ? JsonValue.Create(number) : JsonValue.Create(text);
    }

    /// <summary>A named list of strings, such as <c>ExtraValue</c>: a message whose field 1 repeats.</summary>
    public static JsonArray Items(ReadOnlySpan<byte> bytes)
    {
        JsonArray items = [];
        ProtobufReader reader = new(bytes);
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            if (field == 1)
            {
                items.Add(Encoding.UTF8.GetString(reader.ReadBytes()));
            }
            else
            {
                reader.Skip(type);
            }
        }

        return items;
    }

    private static ReadOnlySpan<byte> FieldOf(ReadOnlySpan<byte> bytes, int number)
    {
        ReadOnlySpan<byte> found = [];
        ProtobufReader reader = new(bytes);
        while (!reader.AtEnd)
        {
            WireType type = reader.ReadTag(out int field);
            if (field == number)
            {
                found = reader.ReadBytes();
            }
            else
            {
                reader.Skip(type);
            }
        }

        return found;
    }
}
