using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Schemas;

/// <summary>Validates custom resources against their schema, worded as kube-openapi and apiextensions word it.</summary>
internal sealed class SchemaValidator
{
    private readonly List<FieldError> _errors = [];

    /// <summary>All errors of an object; empty when it is valid.</summary>
    /// <param name="obj">The object after defaulting and pruning.</param>
    /// <param name="old">What it replaces; null on create.</param>
    /// <param name="schema">Of the kind.</param>
    public static List<FieldError> Validate(JsonObject obj, JsonObject? old, Schema schema)
    {
        var validator = new SchemaValidator();
        validator.Check(obj, schema, "");
        if (!HasRules(schema))
        {
            return validator._errors;
        }

        // Rules speak of well-formed values: apiextensions runs them only when nothing blocks (hasBlockingErr).
        if (validator._errors.Any(e => e.Reason is "FieldValueNotSupported" or "FieldValueRequired" or "FieldValueTooLong" or "FieldValueTooMany" or "FieldValueTypeInvalid"))
        {
            validator._errors.Add(FieldError.Invalid("<nil>", null,
                "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        }
        else
        {
            validator.CheckRules(obj, old, schema, "");
        }

        return validator._errors;
    }

    private static bool HasRules(Schema schema) =>
        schema.Rules.Count > 0
        || schema.Properties.Values.Any(HasRules)
        || (schema.Items is { } items && HasRules(items))
        || (schema.AdditionalProperties is { } additional && !ReferenceEquals(additional, Schema.Any) && HasRules(additional));

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Check(JsonNode? node, Schema schema, string path)
    {
        if (node is null)
        {
            if (!schema.Nullable && (schema.Type is not null || schema.IntOrString))
            {
                AddType(path, schema.Type ?? "integer", "null");
            }

            return;
        }

        if (!CheckType(node, schema, path))
        {
            return;
        }

        CheckEnum(node, schema, path);
        ValueChecks.Check(node, schema, path, _errors);
        CheckBranches(node, schema, path);
        switch (node)
        {
            case JsonObject obj:
                CheckObject(obj, schema, path);
                break;
            case JsonArray array:
                ListChecks.Check(array, schema, path, _errors);
                for (var i = 0; i < array.Count && schema.Items is not null; i++)
                {
                    Check(array[i], schema.Items, $"{path}[{i}]");
                }

                break;
        }
    }

    private void CheckObject(JsonObject obj, Schema schema, string path)
    {
        foreach (var name in schema.Required.Where(name => !obj.ContainsKey(name)))
        {
            _errors.Add(FieldError.Required(Join(path, name)));
        }

        foreach (var (name, value) in obj)
        {
            if ((path.Length > 0 || name is not ("metadata" or "apiVersion" or "kind")) && schema.Field(name) is { } field)
            {
                Check(value, field, Join(path, name));
            }
        }
    }

    private bool CheckType(JsonNode node, Schema schema, string path)
    {
        var kind = node.GetValueKind();
        var actual = kind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => ValueChecks.IsInteger(node) ? "integer" : "number",
        };
        if (schema.IntOrString)
        {
            if (actual is "integer" or "string")
            {
                return true;
            }

            AddType(path, "integer,string", actual);
            return false;
        }

        if (schema.Type is null || actual == schema.Type || (actual == "integer" && schema.Type == "number"))
        {
            return true;
        }

        if (schema.Type == "integer" && actual == "number")
        {
            var type = schema.Format ?? "integer";
            AddType(path, type, "float64");
            if (schema.Format is not null)
            {
                _errors.Add(FieldError.Invalid("<nil>", "", $"Checked value must be of type integer with format {schema.Format} in {path}"));
            }

            return false;
        }

        AddType(path, schema.Type, actual);
        return false;
    }

    private void AddType(string path, string expected, string actual) => _errors.Add(new FieldError(
        "FieldValueTypeInvalid", path, $"Invalid value: \"{actual}\": {path} in body must be of type {expected}: \"{actual}\""));

    private void CheckEnum(JsonNode node, Schema schema, string path)
    {
        if (schema.Enum is { } values && !values.Any(v => JsonNode.DeepEquals(v, node)))
        {
            _errors.Add(FieldError.NotSupported(path, node, values.Select(v => v is JsonValue s && s.TryGetValue<string>(out var text) ? text : v?.ToJsonString() ?? "null")));
        }
    }

    private void CheckBranches(JsonNode node, Schema schema, string path)
    {
        foreach (var branch in schema.AllOf)
        {
            Check(node, branch, path);
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(branch => Accepts(node, branch, path)))
        {
            _errors.Add(FieldError.Invalid(path, "", $"\"{path}\" must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(branch => Accepts(node, branch, path)) != 1)
        {
            _errors.Add(FieldError.Invalid(path, "", $"\"{path}\" must validate one and only one schema (oneOf)"));
        }

        if (schema.Not is { } not && Accepts(node, not, path))
        {
            _errors.Add(FieldError.Invalid(path, "", $"\"{path}\" must not validate the schema (not)"));
        }
    }

    private static bool Accepts(JsonNode node, Schema schema, string path)
    {
        var validator = new SchemaValidator();
        validator.Check(node, schema, path);
        return validator._errors.Count == 0;
    }

    private void CheckRules(JsonNode? node, JsonNode? old, Schema schema, string path)
    {
        if (node is null)
        {
            return;
        }

        foreach (var rule in schema.Rules.Where(r => !r.UsesOldSelf || old is not null))
        {
            if (rule.Check(node, old) is { } message)
            {
                var field = rule.FieldPath.Length == 0 ? path : (path + rule.FieldPath).TrimStart('.');
                _errors.Add(new FieldError(rule.Reason, field.Length == 0 ? "<nil>" : field, Describe(rule.Reason, message)));
            }
        }

        switch (node)
        {
            case JsonObject obj:
                foreach (var (name, value) in obj)
                {
                    if (schema.Field(name) is { } field && !ReferenceEquals(field, Schema.Any))
                    {
                        CheckRules(value, (old as JsonObject)?[name], field, Join(path, name));
                    }
                }

                break;
            case JsonArray array when schema.Items is not null:
                for (var i = 0; i < array.Count; i++)
                {
                    CheckRules(array[i], OldItem(array[i], old as JsonArray, schema), schema.Items, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
                }

                break;
        }
    }

    // Only items of map lists can be told apart across an update.
    private static JsonObject? OldItem(JsonNode? item, JsonArray? old, Schema schema) =>
        schema.ListType == "map" && item is JsonObject obj
            ? old?.OfType<JsonObject>().FirstOrDefault(o => schema.ListMapKeys.All(k => JsonNode.DeepEquals(o[k], obj[k])))
            : null;

    private static string Describe(string reason, string message) => reason switch
    {
        "FieldValueRequired" => $"Required value: {message}",
        "FieldValueForbidden" => $"Forbidden: {message}",
        "FieldValueDuplicate" => $"Duplicate value: {message}",
        _ => $"Invalid value: {message}",
    };
}
