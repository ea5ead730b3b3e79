using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tables;

/// <summary>Renders objects as meta.k8s.io/v1 Tables: what kubectl get prints.</summary>
internal sealed class TableRenderer(TimeProvider timeProvider)
{
    private const string NameDescription =
        "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

    private static readonly Column Name = new("Name", "string", 0, (o, _) => o.Name(), NameDescription, "name");

    private static readonly Column AgeColumn = new("Age", "date", 0, (o, now) => Age.Since(o["metadata"]?["creationTimestamp"], now),
        "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata");

    /// <summary>A Table of objects.</summary>
    /// <param name="resource">Of the objects.</param>
    /// <param name="objects">In the resource's version.</param>
    /// <param name="metadata">resourceVersion, and continue of a page.</param>
    /// <param name="includeObject">None, Metadata or Object: what each row carries.</param>
    /// <param name="columns">False leaves the definitions out, as later events of a watch do.</param>
    public JsonObject Render(ApiResource resource, IEnumerable<JsonObject> objects, JsonObject metadata, string includeObject, bool columns = true)
    {
        var now = timeProvider.GetUtcNow();
        var definitions = ColumnsOf(resource);
        var rows = new JsonArray();
        foreach (var obj in objects)
        {
            rows.Add((JsonNode)new JsonObject
            {
                ["cells"] = new JsonArray([.. definitions.Select(c => c.Cell(obj, now))]),
                ["object"] = includeObject switch
                {
                    "None" => null,
                    "Object" => obj.DeepClone(),
                    _ => ObjectViews.PartialMetadata(obj),
                },
            });
        }

        var tableMetadata = new JsonObject();
        foreach (var key in (ReadOnlySpan<string>)["resourceVersion", "continue", "remainingItemCount"])
        {
            if (metadata[key] is { } value)
            {
                tableMetadata[key] = value.DeepClone();
            }
        }

        return Table(tableMetadata, columns ? definitions : null, rows);
    }

    /// <summary>A Table that carries a bookmark.</summary>
    public JsonObject Bookmark(ApiResource resource, JsonObject bookmark, bool columns)
    {
        var definitions = ColumnsOf(resource);
        var now = timeProvider.GetUtcNow();
        var row = new JsonObject { ["cells"] = new JsonArray([.. definitions.Select(c => c.Cell(bookmark, now))]), ["object"] = ObjectViews.PartialMetadata(bookmark) };
        return Table(new JsonObject { ["resourceVersion"] = bookmark.Str("metadata", "resourceVersion") }, columns ? definitions : null, new JsonArray(row));
    }

    private static JsonObject Table(JsonObject metadata, IReadOnlyList<Column>? columns, JsonArray rows) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = metadata,
        ["columnDefinitions"] = columns is null ? null : new JsonArray([.. columns.Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name, ["type"] = c.Type, ["format"] = c.Format, ["description"] = c.Description, ["priority"] = c.Priority,
        })]),
        ["rows"] = rows,
    };

    private static IReadOnlyList<Column> ColumnsOf(ApiResource resource)
    {
        if (!resource.IsCustom)
        {
            return BuiltInColumns.Of(resource.Storage) is { } known
                ? [Name, .. known.Select(c => c.Name == "Age" ? AgeColumn with { Type = "string" } : c)]
                : [Name, new Column("Created At", "date", 0, (o, _) => o["metadata"]?["creationTimestamp"]?.DeepClone(), AgeColumn.Description)];
        }

        var custom = resource.DefinitionVersion.Arr("additionalPrinterColumns")?.OfType<JsonObject>().Select(Custom).ToList();
        return custom is { Count: > 0 } ? [Name, .. custom] : [Name, AgeColumn];
    }

    private static Column Custom(JsonObject definition)
    {
        var (type, path) = (definition.Str("type") ?? "string", definition.Str("jsonPath") ?? "");
        return new Column(definition.Str("name") ?? "", type, definition.Int("priority") ?? 0, (obj, now) => Cell(obj, path, type, now),
            definition.Str("description") ?? $"Custom resource definition column (in JSONPath format): {path}", definition.Str("format") ?? "");
    }

    private static JsonNode? Cell(JsonObject obj, string path, string type, DateTimeOffset now)
    {
        var found = JsonPath.Find(obj, path);
        if (found is not [{ } value, ..])
        {
            return null;
        }

        switch (type)
        {
            case "date":
                return Age.Since(value, now);
            case "string":
                return value.GetValueKind() == JsonValueKind.String && found.Count == 1
                    ? value.DeepClone()
                    : string.Join(",", found.Select(v => v?.ToString() ?? ""));
            case "integer" or "number":
                return value.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : null;
            default:
                return value.DeepClone();
        }
    }
}
