using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using Kdd.Api.LogViews;
using Kdd.Api.Schema;

namespace Kdd.CrdGenerator;

/// <summary>The CustomResourceDefinition of a kind, made from its type (<c>apiextensions.k8s.io/v1</c>).</summary>
internal static class CustomResourceDefinition
{
    public static JsonObject For(Type kind)
    {
        ResourceAttribute resource = kind.GetCustomAttribute<ResourceAttribute>()
            ?? throw new InvalidOperationException($"{kind} has no [Resource] attribute: it is no Kubernetes kind");
        JsonObject names = new()
        {
            ["kind"] = resource.Kind,
            ["listKind"] = resource.Kind + "List",
            ["plural"] = resource.Plural,
            ["singular"] = resource.Singular,
            ["shortNames"] = new JsonArray([.. resource.ShortNames.Select(name => JsonValue.Create(name))]),
            ["categories"] = new JsonArray([.. resource.Categories.Select(name => JsonValue.Create(name))]),
        };
        JsonObject version = new()
        {
            ["name"] = resource.Version,
            ["served"] = true,
            ["storage"] = true,
            ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
            ["additionalPrinterColumns"] = new JsonArray([.. kind.GetCustomAttributes<PrinterColumnAttribute>().Select(Column)]),
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = RootSchema(kind) },
        };
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{resource.Plural}.{resource.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = resource.Group,
                ["scope"] = "Namespaced",
                ["names"] = names,
                ["versions"] = new JsonArray(version),
            },
        };
    }

    private static JsonObject RootSchema(Type kind)
    {
        SchemaBuilder builder = new();
        return new JsonObject
        {
            ["description"] = Describe(kind),
            ["type"] = "object",
            ["required"] = new JsonArray("spec"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = new JsonObject { ["type"] = "string" },
                ["kind"] = new JsonObject { ["type"] = "string" },
                ["metadata"] = new JsonObject { ["type"] = "object" },
                ["spec"] = Part(builder, kind, nameof(LogView.Spec), withDefaults: true),
                ["status"] = Part(builder, kind, nameof(LogView.Status), withDefaults: false),
            },
        };
    }

    private static JsonObject Part(SchemaBuilder builder, Type kind, string name, bool withDefaults)
    {
        PropertyInfo property = kind.GetProperty(name) ?? throw new InvalidOperationException($"{kind} has no {name}");
        JsonObject schema = new() { ["description"] = Describe(property) };
        foreach ((string key, JsonNode? value) in builder.ObjectSchema(property.PropertyType, withDefaults).ToArray())
        {
            schema[key] = value?.DeepClone();
        }

        return schema;
    }

    private static string? Describe(MemberInfo member) => member.GetCustomAttribute<DescriptionAttribute>()?.Description;

    private static JsonNode Column(PrinterColumnAttribute column)
    {
        JsonObject schema = new() { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Priority != 0)
        {
            schema["priority"] = column.Priority;
        }

        return schema;
    }
}
