using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas.Cel;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Schemas;

/// <summary>Reads a CRD's openAPIV3Schema and checks that it is structural.</summary>
/// <param name="errors">Gets what is wrong with the schema.</param>
internal sealed class SchemaReader(List<FieldError> errors)
{
    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean"];

    /// <summary>Reads one level.</summary>
    /// <param name="json">The schema.</param>
    /// <param name="path">Where it stands in the CRD, for errors.</param>
    /// <param name="structural">False inside anyOf, allOf, oneOf and not, where types are not repeated.</param>
    public Schema Read(JsonObject json, string path, bool structural = true)
    {
        var intOrString = json.Bool("x-kubernetes-int-or-string") == true;
        var preserve = json.Bool("x-kubernetes-preserve-unknown-fields") == true;
        var type = json.Str("type");
        if (structural && type is null && !intOrString && !preserve)
        {
            errors.Add(FieldError.Required($"{path}.type", "must not be empty for specified object fields"));
        }
        else if (type is not null && !Types.Contains(type))
        {
            errors.Add(FieldError.NotSupported($"{path}.type", type, Types));
        }

        var properties = new Dictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var (name, value) in json.Obj("properties") ?? [])
        {
            properties[name] = value is JsonObject child ? Read(child, $"{path}.properties[{name}]", structural) : Schema.Any;
        }

        return new Schema
        {
            Type = type,
            Format = json.Str("format"),
            Description = json.Str("description"),
            Nullable = json.Bool("nullable") == true,
            PreserveUnknown = preserve,
            IntOrString = intOrString,
            Embedded = json.Bool("x-kubernetes-embedded-resource") == true,
            LazyProperties = properties.Count == 0 ? null : new(properties),
            AdditionalProperties = Additional(json, path, structural),
            Items = json.Obj("items") is { } items ? Read(items, $"{path}.items", structural) : null,
            Required = Strings(json.Arr("required")),
            Default = (json["default"], json.ContainsKey("default")),
            Enum = json.Arr("enum"),
            Minimum = Number(json["minimum"]),
            Maximum = Number(json["maximum"]),
            ExclusiveMinimum = json.Bool("exclusiveMinimum") == true,
            ExclusiveMaximum = json.Bool("exclusiveMaximum") == true,
            MultipleOf = Number(json["multipleOf"]),
            MinLength = json.Long("minLength"),
            MaxLength = json.Long("maxLength"),
            MinItems = json.Long("minItems"),
            MaxItems = json.Long("maxItems"),
            MinProperties = json.Long("minProperties"),
            MaxProperties = json.Long("maxProperties"),
            UniqueItems = json.Bool("uniqueItems") == true,
            Pattern = Compile(json.Str("pattern"), path),
            PatternText = json.Str("pattern"),
            AllOf = Branches(json, "allOf", path),
            AnyOf = Branches(json, "anyOf", path),
            OneOf = Branches(json, "oneOf", path),
            Not = json.Obj("not") is { } not ? Read(not, $"{path}.not", structural: false) : null,
            Rules = Rules(json, path),
            ListType = json.Str("x-kubernetes-list-type") ?? "atomic",
            ListMapKeys = Strings(json.Arr("x-kubernetes-list-map-keys")),
            AtomicMap = json.Str("x-kubernetes-map-type") == "atomic",
            Source = json,
        };
    }

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    private static List<string> Strings(JsonArray? array) => [.. array?.Select(i => i?.GetValue<string>() ?? "") ?? []];

    private Schema? Additional(JsonObject json, string path, bool structural) => json["additionalProperties"] switch
    {
        JsonObject schema => Read(schema, $"{path}.additionalProperties", structural),
        JsonValue value when value.TryGetValue<bool>(out var allowed) && allowed => Schema.Any,
        _ => null,
    };

    private List<Schema> Branches(JsonObject json, string key, string path) =>
        [.. json.Arr(key)?.OfType<JsonObject>().Select((branch, i) => Read(branch, $"{path}.{key}[{i}]", structural: false)) ?? []];

    private Regex? Compile(string? pattern, string path)
    {
        if (pattern is null)
        {
            return null;
        }

        try
        {
            // RE2 has no back-references or look-around either, and "$" is the end of the text.
            return new Regex(pattern.EndsWith('$') && !pattern.EndsWith("\\$", StringComparison.Ordinal) ? pattern[..^1] + "\\z" : pattern,
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            errors.Add(FieldError.Invalid($"{path}.pattern", pattern, $"must be a valid regular expression, but isn't: {e.Message}"));
            return null;
        }
    }

    private List<ValidationRule> Rules(JsonObject json, string path)
    {
        var rules = new List<ValidationRule>();
        var index = 0;
        foreach (var rule in json.Arr("x-kubernetes-validations")?.OfType<JsonObject>() ?? [])
        {
            try
            {
                rules.Add(new ValidationRule(rule));
            }
            catch (CelException e)
            {
                errors.Add(FieldError.Invalid($"{path}.x-kubernetes-validations[{index}].rule", rule.Str("rule"), $"compilation failed: ERROR: {e.Message}"));
            }

            index++;
        }

        return rules;
    }
}
