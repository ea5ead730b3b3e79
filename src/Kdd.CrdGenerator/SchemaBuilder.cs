using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.Api.Schema;

namespace Kdd.CrdGenerator;

/// <summary>
/// Structural OpenAPI v3 schema of a C# type, as <c>apiextensions.k8s.io/v1</c> takes it. A property's default is what its
/// initialiser makes; <c>required</c> members are required; lists are atomic unless their keys are named.
/// </summary>
internal sealed class SchemaBuilder
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <param name="withDefaults">False for a status: what is observed has no default.</param>
    public JsonObject ObjectSchema(Type type, bool withDefaults)
    {
        JsonObject schema = new() { ["type"] = "object" };
        PropertyInfo[] properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null)];
        string[] required = [.. properties.Where(IsRequired).Select(JsonName)];
        if (required.Length > 0)
        {
            schema["required"] = StringArray(required);
        }

        object? sample = withDefaults && required.Length == 0 ? Activator.CreateInstance(type) : null;
        JsonObject members = [];
        foreach (PropertyInfo property in properties)
        {
            members[JsonName(property)] = PropertySchema(property, DefaultOf(property, sample, withDefaults), withDefaults);
        }

        schema["properties"] = members;
        JsonNode[] rules = [.. type.GetCustomAttributes<CelRuleAttribute>().Select(RuleSchema)];
        if (rules.Length > 0)
        {
            schema["x-kubernetes-validations"] = new JsonArray(rules);
        }

        return schema;
    }

    private JsonObject PropertySchema(PropertyInfo property, JsonNode? defaultValue, bool withDefaults)
    {
        JsonObject schema = [];
        if (property.GetCustomAttribute<DescriptionAttribute>() is { } description)
        {
            schema["description"] = description.Description;
        }

        foreach ((string name, JsonNode? value) in TypeSchema(property, withDefaults).ToArray())
        {
            schema[name] = value?.DeepClone();
        }

        if (property.GetCustomAttribute<AtomicAttribute>() is not null)
        {
            schema["x-kubernetes-map-type"] = "atomic";
        }

        if (defaultValue is not null)
        {
            schema["default"] = defaultValue;
        }

        return schema;
    }

    private JsonObject TypeSchema(PropertyInfo property, bool withDefaults)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string))
        {
            return StringSchema(property);
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return IntegerSchema(property, type == typeof(int) ? "int32" : "int64");
        }

        if (type == typeof(DateTimeOffset))
        {
            return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        }

        if (type == typeof(Duration))
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = Duration.PatternText, ["maxLength"] = Duration.MaxLength };
        }

        if (type == typeof(Quantity))
        {
            return new JsonObject
            {
                ["x-kubernetes-int-or-string"] = true,
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
                ["pattern"] = Quantity.PatternText,
                ["maxLength"] = Quantity.MaxLength,
            };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return MapSchema(property);
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? ListSchema(property, type.GenericTypeArguments[0], withDefaults)
            : ObjectSchema(type, withDefaults);
    }

    private static JsonObject StringSchema(PropertyInfo property)
    {
        JsonObject schema = new() { ["type"] = "string" };
        AddLength(schema, property);
        if (property.GetCustomAttribute<PatternAttribute>() is { } pattern)
        {
            schema["pattern"] = pattern.Pattern;
        }

        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            schema["enum"] = StringArray(allowed.Values);
        }

        return schema;
    }

    private static JsonObject IntegerSchema(PropertyInfo property, string format)
    {
        JsonObject schema = new() { ["type"] = "integer", ["format"] = format };
        if (property.GetCustomAttribute<BoundsAttribute>() is { } bounds)
        {
            schema["minimum"] = bounds.Minimum;
            if (bounds.Maximum != long.MaxValue)
            {
                schema["maximum"] = bounds.Maximum;
            }
        }

        return schema;
    }

    private static JsonObject MapSchema(PropertyInfo property)
    {
        JsonObject values = new() { ["type"] = "string" };
        AddLength(values, property);
        JsonObject schema = new() { ["type"] = "object", ["additionalProperties"] = values };
        if (property.GetCustomAttribute<MaxEntriesAttribute>() is { } most)
        {
            schema["maxProperties"] = most.Count;
        }

        return schema;
    }

    private JsonObject ListSchema(PropertyInfo property, Type itemType, bool withDefaults)
    {
        JsonObject schema = new() { ["type"] = "array" };
        if (property.GetCustomAttribute<MaxEntriesAttribute>() is { } most)
        {
            schema["maxItems"] = most.Count;
        }

        if (itemType == typeof(string))
        {
            JsonObject items = new() { ["type"] = "string" };
            AddLength(items, property);
            schema["items"] = items;
        }
        else
        {
            schema["items"] = ObjectSchema(itemType, withDefaults);
        }

        if (property.GetCustomAttribute<ListMapKeysAttribute>() is { } keys)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = StringArray(keys.Keys);
        }
        else
        {
            schema["x-kubernetes-list-type"] = "atomic";
        }

        return schema;
    }

    private JsonNode? DefaultOf(PropertyInfo property, object? sample, bool withDefaults)
    {
        if (!withDefaults || IsRequired(property))
        {
            return null;
        }

        // A type with required members has no instance without them: its defaults are read off a blank one whose initialisers did run.
        object? value = property.GetValue(sample ?? BlankOf(property.DeclaringType!));
        if (value is null || (property.PropertyType.IsClass && _nullability.Create(property).ReadState == NullabilityState.Nullable))
        {
            return null;
        }

        return IsObjectOfOurs(property.PropertyType) ? new JsonObject() : JsonSerializer.SerializeToNode(value, value.GetType());
    }

    private static object BlankOf(Type type)
        => type.GetConstructor(Type.EmptyTypes)?.Invoke(null) ?? RuntimeHelpers.GetUninitializedObject(type);

    private static bool IsObjectOfOurs(Type type) => type.IsClass && type.Assembly == typeof(LogView).Assembly;

    private static bool IsRequired(PropertyInfo property) => property.GetCustomAttribute<RequiredMemberAttribute>() is not null;

    private static string JsonName(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static void AddLength(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<LengthAttribute>() is not { } length)
        {
            return;
        }

        if (length.Minimum > 0)
        {
            schema["minLength"] = length.Minimum;
        }

        schema["maxLength"] = length.Maximum;
    }

    private static JsonNode RuleSchema(CelRuleAttribute rule)
    {
        JsonObject schema = new() { ["rule"] = rule.Rule, ["message"] = rule.Message };
        if (rule.FieldPath is not null)
        {
            schema["fieldPath"] = rule.FieldPath;
        }

        return schema;
    }

    private static JsonArray StringArray(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];
}
