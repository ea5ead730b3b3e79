using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;

namespace Kdd.DevCluster.Discovery;

/// <summary>The OpenAPI v3 document of one group version: paths with what kubectl looks for in them, and the schemas.</summary>
internal static class OpenApiDocument
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    public static JsonObject Build(string group, string version, IReadOnlyList<ApiResource> resources)
    {
        var (paths, schemas) = (new JsonObject(), new OpenApiSchemas());
        foreach (var resource in resources)
        {
            schemas.AddKind(resource);
            AddPaths(paths, resource);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.2" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.ToJson() },
        };
    }

    private static void AddPaths(JsonObject paths, ApiResource resource)
    {
        var root = resource.Group.Length == 0 ? $"/api/{resource.Version}" : $"/apis/{resource.ApiVersion}";
        var collection = resource.Namespaced ? $"{root}/namespaces/{{namespace}}/{resource.Resource}" : $"{root}/{resource.Resource}";
        if (resource.Namespaced && resource.HasStorage)
        {
            paths[$"{root}/{resource.Resource}"] = new JsonObject { ["get"] = Operation(resource, "list", []) };
        }

        paths[collection] = resource.HasStorage
            ? new JsonObject { ["get"] = Operation(resource, "list", []), ["post"] = Operation(resource, "post", WriteParameters), ["delete"] = Operation(resource, "deletecollection", ["dryRun"]) }
            : new JsonObject { ["post"] = Operation(resource, "post", WriteParameters) };
        if (!resource.HasStorage)
        {
            return;
        }

        paths[$"{collection}/{{name}}"] = Item(resource, delete: true);
        foreach (var subresource in resource.Subresources.Where(s => s is "status" or "scale"))
        {
            paths[$"{collection}/{{name}}/{subresource}"] = Item(resource, delete: false);
        }
    }

    private static JsonObject Item(ApiResource resource, bool delete)
    {
        var item = new JsonObject
        {
            ["get"] = Operation(resource, "get", []),
            ["put"] = Operation(resource, "put", WriteParameters),
            ["patch"] = Operation(resource, "patch", [.. WriteParameters, "force"]),
        };
        if (delete)
        {
            item["delete"] = Operation(resource, "delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"]);
        }

        return item;
    }

    private static JsonObject Operation(ApiResource resource, string action, string[] parameters)
    {
        var operation = new JsonObject
        {
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{OpenApiSchemas.NameOf(resource)}" } } },
                },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = resource.Group, ["kind"] = resource.Kind, ["version"] = resource.Version },
        };
        if (parameters.Length > 0)
        {
            operation["parameters"] = new JsonArray([.. parameters.Select(p => (JsonNode)new JsonObject
            {
                ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = p switch { "force" => "boolean", "gracePeriodSeconds" => "integer", _ => "string" }, ["uniqueItems"] = true },
            })]);
        }

        return operation;
    }
}
