using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kdd.CrdGenerator;

/// <summary>The API reference as Markdown: one row a field, out of the same schema that the API server enforces.</summary>
public static class ApiReference
{
    public const string Name = "api.md";

    public static string Text(Type kind)
    {
        JsonObject version = CustomResourceDefinition.For(kind)["spec"]!["versions"]![0]!.AsObject();
        JsonObject schema = version["schema"]!["openAPIV3Schema"]!.AsObject();
        StringBuilder text = new();
        text.AppendLine("<!-- Generated from the types in src/Kdd.Api/LogViews by `make crds`: change those, not this file. -->");
        text.AppendLine("# LogView, kdd.dev/v1alpha1").AppendLine().AppendLine(schema["description"]!.GetValue<string>());
        foreach (string part in (string[])["spec", "status"])
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {part}").AppendLine();
            text.AppendLine("| field | type | default | meaning |").AppendLine("|---|---|---|---|");
            AppendFields(text, schema["properties"]![part]!.AsObject(), "");
        }

        return text.ToString();
    }

    private static void AppendFields(StringBuilder text, JsonObject schema, string prefix)
    {
        foreach ((string name, JsonNode? value) in schema["properties"]?.AsObject() ?? [])
        {
            JsonObject field = value!.AsObject();
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{prefix}{name}` | {TypeOf(field)} | {DefaultOf(field)} | {Escape(field["description"]?.GetValue<string>())}{BoundsOf(field)} |");
            bool isList = field["items"] is JsonObject;
            AppendFields(text, isList ? field["items"]!.AsObject() : field, isList ? $"{prefix}{name}[]." : $"{prefix}{name}.");
        }
    }

    private static string TypeOf(JsonObject field) => field switch
    {
        _ when field["x-kubernetes-int-or-string"] is not null => "quantity",
        _ when field["items"] is JsonObject items => $"[]{TypeOf(items)}",
        _ when field["additionalProperties"] is JsonObject values => $"map[string]{TypeOf(values)}",
        _ when field["format"]?.GetValue<string>() == "date-time" => "time",
        _ => field["type"]!.GetValue<string>(),
    };

    private static string DefaultOf(JsonObject field)
        => field["default"] is { } value and not JsonObject ? $"`{(value is JsonArray ? value.ToJsonString() : value.ToString())}`" : "";

    private static string BoundsOf(JsonObject field)
    {
        string?[] bounds =
        [
            field["enum"] is JsonArray values ? "One of " + string.Join(", ", values.Select(value => $"`{value}`")) : null,
            field["maxItems"] is { } items ? $"At most {items} entries" : null,
        ];
        string all = string.Join("; ", bounds.OfType<string>());
        return all.Length == 0 ? "" : $" {all}.";
    }

    private static string Escape(string? text) => text?.Replace("|", "\\|", StringComparison.Ordinal) ?? "";
}
