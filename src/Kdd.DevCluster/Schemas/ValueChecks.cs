using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Schemas;

/// <summary>Bounds, lengths, patterns and formats of scalars.</summary>
internal static class ValueChecks
{
    /// <summary>Whether a number has no fraction: 1.0 is an integer, as in Go's unstructured decoding.</summary>
    public static bool IsInteger(JsonNode node) =>
        node is JsonValue value && (value.TryGetValue<long>(out _) || (value.TryGetValue<double>(out var d) && d == Math.Floor(d) && Math.Abs(d) < 9e15));

    public static void Check(JsonNode node, Schema schema, string path, List<FieldError> errors)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.Number:
                CheckNumber(node, schema, path, errors);
                break;
            case JsonValueKind.String:
                CheckString(node, node.GetValue<string>(), schema, path, errors);
                break;
        }
    }

    private static void CheckNumber(JsonNode node, Schema schema, string path, List<FieldError> errors)
    {
        var value = node.GetValue<double>();
        if (schema.Maximum is { } maximum && (schema.ExclusiveMaximum ? value >= maximum : value > maximum))
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should be less than{(schema.ExclusiveMaximum ? "" : " or equal to")} {Show(maximum)}"));
        }

        if (schema.Minimum is { } minimum && (schema.ExclusiveMinimum ? value <= minimum : value < minimum))
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should be greater than{(schema.ExclusiveMinimum ? "" : " or equal to")} {Show(minimum)}"));
        }

        if (schema.MultipleOf is { } factor && Math.Abs(value / factor - Math.Round(value / factor)) > 1e-9)
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should be a multiple of {Show(factor)}"));
        }

        if (schema.Format == "int32" && value is (< int.MinValue or > int.MaxValue))
        {
            errors.Add(FieldError.Invalid("<nil>", "", $"Checked value must be of type integer with format int32 in {path}"));
        }
    }

    private static void CheckString(JsonNode node, string text, Schema schema, string path, List<FieldError> errors)
    {
        var runes = text.EnumerateRunes().Count();
        if (schema.MinLength is { } least && runes < least)
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should be at least {least} chars long"));
        }

        if (schema.MaxLength is { } most && runes > most)
        {
            errors.Add(new FieldError("FieldValueTooLong", path, $"Too long: may not be more than {most} bytes"));
        }

        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body should match '{schema.PatternText}'"));
        }

        if (schema.Format is { } format && !Formats.IsValid(format, text))
        {
            errors.Add(FieldError.Invalid(path, node, $"{path} in body must be of type {format}: {node.ToJsonString()}"));
        }
    }

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);
}
