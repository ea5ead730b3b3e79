using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Http;

/// <summary>One failed field, apimachinery's field.Error.</summary>
/// <param name="Reason">FieldValueRequired, FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, …</param>
/// <param name="Field">Path such as <c>spec.tail</c>.</param>
/// <param name="Message">The error with its class, such as <c>Required value</c>, without the path.</param>
public readonly record struct FieldError(string Reason, string Field, string Message)
{
    /// <summary>A value is missing.</summary>
    public static FieldError Required(string field, string detail = "") =>
        new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    /// <summary>A value breaks a rule; <paramref name="value"/> is shown as Go shows it.</summary>
    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {detail}");

    /// <summary>A value may not be set or changed here.</summary>
    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    /// <summary>A value is not in the list of allowed ones.</summary>
    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<string> supported) => new(
        "FieldValueNotSupported", field,
        $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    /// <inheritdoc />
    public override string ToString() => $"{Field}: {Message}";

    internal JsonObject ToCause() => new() { ["reason"] = Reason, ["message"] = Message, ["field"] = Field };

    private static string Show(JsonNode? value) => value switch
    {
        null => "null",
        _ => value.ToJsonString(),
    };
}
