using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Kdd.DevCluster.Schemas;

/// <summary>
/// Schemas of the built-in kinds, read from the C# client's models, which are generated from Kubernetes' OpenAPI. What the models
/// lack, list types and merge keys, is in <see cref="ListTypes"/>.
/// </summary>
internal static class ModelSchemas
{
    private static readonly ConcurrentDictionary<Type, Schema> Cache = new();

    // metav1.MicroTime; every other time is metav1.Time with whole seconds.
    private static readonly HashSet<string> MicroTimes = ["acquireTime", "renewTime", "eventTime", "lastObservedTime"];

    /// <summary>The schema of a model type.</summary>
    public static Schema Of(Type model) => Cache.GetOrAdd(model, static type => new Schema
    {
        Type = "object",
        Model = type,
        AtomicMap = ListTypes.IsAtomic(type),
        LazyProperties = new(() => Properties(type)),
        Required = [.. Fields(type).Where(f => f.Property.PropertyType is { IsValueType: true } t && System.Nullable.GetUnderlyingType(t) is null).Select(f => f.Json)],
    });

    /// <summary>The JSON fields of a model type with the C# properties behind them, in the order of the type.</summary>
    public static IEnumerable<(string Json, PropertyInfo Property)> Fields(Type model) =>
        from property in model.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let attribute = property.GetCustomAttribute<JsonPropertyNameAttribute>()
        where attribute is not null
        select (attribute.Name, property);

    private static Dictionary<string, Schema> Properties(Type model)
    {
        var properties = new Dictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var (json, property) in Fields(model))
        {
            var schema = OfValue(property.PropertyType, json);
            properties[json] = ListTypes.Annotate(model, json, schema);
        }

        return properties;
    }

    private static Schema OfValue(Type type, string name)
    {
        type = System.Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(DateTime))
        {
            return new Schema { Type = "string", Format = MicroTimes.Contains(name) ? "micro-time" : "date-time" };
        }

        if (type == typeof(string))
        {
            return new Schema { Type = "string" };
        }

        if (type == typeof(byte[]))
        {
            return new Schema { Type = "string", Format = "byte" };
        }

        if (type.Name is "IntOrString" or "ResourceQuantity")
        {
            return new Schema { IntOrString = true, Format = type == typeof(ResourceQuantity) ? "quantity" : "int-or-string" };
        }

        if (type.IsGenericType && type.GetGenericArguments() is [var item] && type != typeof(string))
        {
            return new Schema { Type = "array", Items = OfValue(item, name) };
        }

        if (type.IsGenericType && type.GetGenericArguments() is [_, var value])
        {
            return new Schema { Type = "object", AdditionalProperties = OfValue(value, name) };
        }

        return type == typeof(int) ? new Schema { Type = "integer", Format = "int32" }
            : type == typeof(long) ? new Schema { Type = "integer", Format = "int64" }
            : type == typeof(double) ? new Schema { Type = "number", Format = "double" }
            : type == typeof(bool) ? new Schema { Type = "boolean" }
            : type.Namespace == typeof(V1Pod).Namespace && type.IsClass ? Of(type)
            : Schema.Any;
    }
}
